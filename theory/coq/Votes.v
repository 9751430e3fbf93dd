(* Majority votes: of n independent signs, each 1 with probability p and -1 otherwise, and of workers' gradients.

   Signs are whole numbers. The vote is the sign of the sum of the signs, with sign(0) = 0. *)
From Coq Require Import Reals Lra Lia Psatz ZArith Factorial.
From Signproof Require Import Vectors Norms Recursion Expectation Beta.
Open Scope R_scope.

(* a 0 + ... + a (n - 1), of whole numbers *)
Fixpoint sum (n : nat) (a : nat -> Z) : Z :=
  match n with O => 0%Z | S m => (sum m a + a m)%Z end.

Lemma sum_ext n a b : (forall i, (i < n)%nat -> a i = b i) -> sum n a = sum n b.
Proof. induction n; cbn; intros; [auto|]. rewrite IHn, H; auto. Qed.

Definition vote (z : Z) : R := IZR (Z.sgn z).

Lemma vote_cases z : (z < 0)%Z /\ vote z = -1 \/ z = 0%Z /\ vote z = 0 \/ (0 < z)%Z /\ vote z = 1.
Proof. unfold vote. destruct z; cbn; [right; left|right; right|left]; split; auto; lia. Qed.

Lemma vote_monotone y z : (y <= z)%Z -> vote y <= vote z.
Proof.
  intros H. destruct (vote_cases y) as [[A ->]|[[A ->]|[A ->]]]; destruct (vote_cases z) as [[B ->]|[[B ->]|[B ->]]];
    try lra; exfalso; lia.
Qed.

Lemma vote_odd z : vote (- z) = - vote z.
Proof. unfold vote. rewrite Z.sgn_opp, opp_IZR. reflexivity. Qed.

(* ------------------------------------------------------------------------------------- independent equal signs *)

Section Signs.
Variable p : R.
Hypothesis chance : 0 <= p <= 1.

(* One sign. *)
Definition coin : expectation Z.
Proof.
  refine {| mean := fun a => p * a 1%Z + (1 - p) * a (-1)%Z |}.
  - intros; ring.
  - intros; ring.
  - ring.
  - intros a b H. apply Rplus_le_compat; apply Rmult_le_compat_l; auto; lra.
Defined.

(* n independent signs *)
Definition signs (n : nat) : expectation (nat -> Z) := family 0%Z (fun _ => coin) n.

(* One more sign moves the sum by 1 or -1. *)
Lemma one_more_sign n (f : Z -> R) :
  signs (S n) (fun s => f (sum (S n) s))
  = signs n (fun s => p * f (sum n s + 1)%Z + (1 - p) * f (sum n s - 1)%Z).
Proof.
  unfold signs. rewrite family_step. apply expectation_of_equals. intro s. cbn.
  assert (H : forall z, sum n (update s n z) = sum n s).
  { intro z. apply sum_ext. intros i Hi. apply update_other. lia. }
  rewrite !H, !update_same. reflexivity.
Qed.

Definition mean_vote (n : nat) : R := signs n (fun s => vote (sum n s)).

Definition at_ (j z : Z) : R := if Z.eq_dec z j then 1 else 0.
Definition probability (j : Z) (n : nat) : R := signs n (fun s => at_ j (sum n s)).

(* signproof lemma "one voter" *)
Lemma one_voter : mean_vote 1 = 2 * p - 1.
Proof. unfold mean_vote. rewrite one_more_sign. cbn. unfold vote; cbn. ring. Qed.

(* signproof lemma "one more voter" *)
Lemma one_more_voter n :
  mean_vote (S n) = mean_vote n + ((2 * p - 1) * probability 0 n - (1 - p) * probability 1 n + p * probability (-1) n).
Proof.
  unfold mean_vote, probability. rewrite one_more_sign, <- !mean_scal, <- mean_minus, <- !mean_plus.
  apply expectation_of_equals. intro s. generalize (sum n s). clear s. intro z. unfold at_.
  destruct (Z.eq_dec z 0) as [->|Z0]; [cbn; unfold vote; cbn; ring|].
  destruct (Z.eq_dec z 1) as [->|Z1]; [cbn; unfold vote; cbn; ring|].
  destruct (Z.eq_dec z (-1)) as [->|Z2]; [cbn; unfold vote; cbn; ring|].
  destruct (vote_cases z) as [[A ->]|[[A ->]|[A ->]]]; [|lia|];
    destruct (vote_cases (z + 1)) as [[B ->]|[[B ->]|[B ->]]]; try lia;
    destruct (vote_cases (z - 1)) as [[C ->]|[[C ->]|[C ->]]]; try lia; ring.
Qed.

Lemma probability_step j n : probability j (S n) = p * probability (j - 1) n + (1 - p) * probability (j + 1) n.
Proof.
  unfold probability. rewrite one_more_sign, <- !mean_scal, <- mean_plus. apply expectation_of_equals. intro s.
  unfold at_. destruct (Z.eq_dec (sum n s + 1) j), (Z.eq_dec (sum n s) (j - 1)); try lia;
    destruct (Z.eq_dec (sum n s - 1) j), (Z.eq_dec (sum n s) (j + 1)); try lia; ring.
Qed.

Lemma probability_of_none j : probability j 0 = at_ j 0.
Proof. reflexivity. Qed.

(* signproof lemma "parity" *)
Lemma parity j n : Z.odd (Z.of_nat n - j) = true -> probability j n = 0.
Proof.
  rewrite Z.odd_spec. revert j. induction n; intros j [i H].
  - rewrite probability_of_none. unfold at_. destruct (Z.eq_dec 0 j); [lia|reflexivity].
  - rewrite probability_step, !IHn; [ring|exists (i - 1)%Z; lia|exists i; lia].
Qed.

Lemma nothing_below j n : (j < - Z.of_nat n)%Z -> probability j n = 0.
Proof.
  revert j. induction n; intros j H.
  - rewrite probability_of_none. unfold at_. destruct (Z.eq_dec 0 j); [lia|reflexivity].
  - rewrite probability_step, !IHn by lia. ring.
Qed.

(* Pascal's triangle *)
Fixpoint binomial (n k : nat) : nat :=
  match n, k with
  | _, O => 1
  | O, S _ => 0
  | S m, S l => binomial m l + binomial m k
  end.

Lemma binomial_zero n k : (n < k)%nat -> binomial n k = 0%nat.
Proof. revert k. induction n; intros k H; (destruct k; [lia|]); cbn; [auto|]. rewrite !IHn by lia. reflexivity. Qed.

Lemma binomial_by_factorials k m : (binomial (k + m) k * (fact k * fact m) = fact (k + m))%nat.
Proof.
  remember (k + m)%nat as n. revert k m Heqn. induction n; intros k m E.
  - assert (k = 0 /\ m = 0)%nat as [-> ->] by lia. reflexivity.
  - destruct k as [|k].
    + cbn [binomial]. replace m with (S n) by lia. change (fact 0) with 1%nat. lia.
    + cbn [binomial]. destruct m as [|m].
      * rewrite (binomial_zero n (S k)) by lia. pose proof (IHn k 0%nat ltac:(lia)) as H.
        assert (n = k) by lia. subst n. rewrite (fact_simpl k). cbn [fact] in *. nia.
      * pose proof (IHn k (S m) ltac:(lia)) as H1. pose proof (IHn (S k) m ltac:(lia)) as H2.
        rewrite (fact_simpl n). replace (S n) with (S k + S m)%nat by lia.
        rewrite (fact_simpl k), (fact_simpl m) in *. nia.
Qed.

(* The binomial law: k of n signs are 1. *)
Lemma binomial_law k n :
  probability (2 * Z.of_nat k - Z.of_nat n) n = INR (binomial n k) * p ^ k * (1 - p) ^ (n - k).
Proof.
  revert k. induction n; intro k.
  - rewrite probability_of_none. unfold at_. destruct (Z.eq_dec 0 (2 * Z.of_nat k - Z.of_nat 0)).
    + replace k with 0%nat by lia. cbn. ring.
    + destruct k; [lia|]. cbn. ring.
  - rewrite probability_step. destruct k as [|k].
    + rewrite (nothing_below (_ - 1)) by lia.
      replace (2 * Z.of_nat 0 - Z.of_nat (S n) + 1)%Z with (2 * Z.of_nat 0 - Z.of_nat n)%Z by lia. rewrite IHn.
      destruct n; cbn [binomial Nat.sub pow]; ring.
    + replace (2 * Z.of_nat (S k) - Z.of_nat (S n) - 1)%Z with (2 * Z.of_nat k - Z.of_nat n)%Z by lia.
      replace (2 * Z.of_nat (S k) - Z.of_nat (S n) + 1)%Z with (2 * Z.of_nat (S k) - Z.of_nat n)%Z by lia.
      rewrite !IHn. cbn [binomial]. rewrite plus_INR. destruct (le_lt_dec (S k) n) as [H|H].
      * replace (S n - S k)%nat with (S (n - S k)) by lia. replace (n - k)%nat with (S (n - S k)) by lia.
        cbn [pow]. ring.
      * rewrite (binomial_zero n (S k)) by lia. cbn [Nat.sub pow INR]. ring.
Qed.

(* signproof lemma "mirrored signs" *)
Lemma mirrored_signs n : (1 - p) * probability 1 n = p * probability (-1) n.
Proof.
  destruct (Nat.Even_or_Odd n) as [[m ->]|[m ->]].
  - rewrite !parity; [ring| |]; rewrite Z.odd_spec; [exists (Z.of_nat m)|exists (Z.of_nat m - 1)%Z]; lia.
  - pose proof (binomial_law (S m) (2 * m + 1)) as H1. pose proof (binomial_law m (2 * m + 1)) as H2.
    replace (2 * Z.of_nat (S m) - Z.of_nat (2 * m + 1))%Z with 1%Z in H1 by lia.
    replace (2 * Z.of_nat m - Z.of_nat (2 * m + 1))%Z with (-1)%Z in H2 by lia. rewrite H1, H2.
    replace (2 * m + 1 - S m)%nat with m by lia. replace (2 * m + 1 - m)%nat with (S m) by lia.
    assert (binomial (2 * m + 1) (S m) = binomial (2 * m + 1) m) as ->; [|cbn [pow]; ring].
    pose proof (binomial_by_factorials (S m) m) as B1. pose proof (binomial_by_factorials m (S m)) as B2.
    replace (S m + m)%nat with (2 * m + 1)%nat in B1 by lia. replace (m + S m)%nat with (2 * m + 1)%nat in B2 by lia.
    apply (Nat.mul_cancel_r _ _ (fact m * fact (S m))).
    + pose proof (fact_neq_0 m). pose proof (fact_neq_0 (S m)). nia.
    + rewrite B2, <- B1. ring.
Qed.

(* signproof lemma "central binomial probability" *)
Lemma central_binomial_probability n : (1 <= n)%nat ->
  probability 0 (2 * n) = 2 * p ^ n * (1 - p) ^ n / (INR n * beta n n).
Proof.
  intros H. pose proof (binomial_law n (2 * n)) as L.
  replace (2 * Z.of_nat n - Z.of_nat (2 * n))%Z with 0%Z in L by lia. replace (2 * n - n)%nat with n in L by lia.
  rewrite L. destruct n as [|m]; [lia|]. rewrite beta_by_factorials.
  pose proof (f_equal INR (binomial_by_factorials (S m) (S m))) as B.
  replace (S m + S m)%nat with (2 * S m)%nat in B by lia.
  replace (2 * S m)%nat with (S (m + m + 1)) in B at 2 by lia.
  rewrite (fact_simpl m), (fact_simpl (m + m + 1)), !mult_INR in B. set (b := INR (binomial (2 * S m) (S m))) in *.
  replace (INR (S (m + m + 1))) with (2 * INR (S m)) in B
    by (rewrite !S_INR, !plus_INR; cbn [INR]; ring).
  assert (0 < INR (S m)) by (apply lt_0_INR; lia).
  pose proof (INR_fact_lt_0 m). pose proof (INR_fact_lt_0 (m + m + 1)).
  set (x := INR (S m)) in *. set (f := INR (fact m)) in *. set (g := INR (fact (m + m + 1))) in *.
  assert (b = 2 * g / (x * (f * f))) as ->; [|field; lra].
  apply (Rmult_eq_reg_r (x * (x * (f * f)))).
  - transitivity (2 * x * g); [rewrite <- B; ring|field; lra].
  - repeat apply Rmult_integral_contrapositive_currified; lra.
Qed.

(* The claim scaled-sign/theorem-3.vote: the mean vote of 2 k + 1 and of 2 k + 2 voters is 2 I_p(k + 1, k + 1) - 1. *)
Theorem mean_vote_of_even_number k : mean_vote (2 * k + 2) = mean_vote (2 * k + 1).
Proof.
  replace (2 * k + 2)%nat with (S (2 * k + 1)) by lia. rewrite one_more_voter, mirrored_signs.
  rewrite (parity 0); [ring|]. rewrite Z.odd_spec. exists (Z.of_nat k). lia.
Qed.

Theorem mean_vote_of_odd_number k : mean_vote (2 * k + 1) = 2 * incomplete_beta p (k + 1) (k + 1) - 1.
Proof.
  induction k.
  - cbn [Nat.mul Nat.add]. rewrite one_voter, incomplete_beta_function_at_1. reflexivity.
  - replace (2 * S k + 1)%nat with (S (2 * (k + 1))) by lia. rewrite one_more_voter.
    rewrite (parity 1), (parity (-1)), central_binomial_probability;
      try lia; try (rewrite Z.odd_spec; (exists (Z.of_nat k); lia) || (exists (Z.of_nat k + 1)%Z; lia)).
    replace (2 * (k + 1))%nat with (2 * k + 2)%nat by lia. rewrite mean_vote_of_even_number, IHk.
    replace (S k + 1)%nat with (k + 1 + 1)%nat by lia.
    rewrite (incomplete_beta_function_first p (k + 1) (k + 1 + 1)) by lia.
    rewrite (incomplete_beta_function_second p (k + 1) (k + 1)) by lia.
    rewrite (beta_function (k + 1) (k + 1)) by lia.
    pose proof (positive_beta_function (k + 1) (k + 1) ltac:(lia) ltac:(lia)).
    assert (0 < INR (k + 1)) by (apply lt_0_INR; lia).
    replace ((1 - p) ^ (k + 1 + 1)) with ((1 - p) * (1 - p) ^ (k + 1)) by (rewrite (pow_add _ (k + 1) 1); ring).
    field. lra.
Qed.

End Signs.

(* -------------------------------------------------------------------------------------------- votes of workers *)

(* One coordinate of the workers' stochastic gradients: w m is worker m's. The vote takes their signs. *)
Definition signum (r : R) : Z := if Rlt_dec 0 r then 1%Z else if Rlt_dec r 0 then (-1)%Z else 0%Z.

Lemma signum_cases r : 0 < r /\ signum r = 1%Z \/ r = 0 /\ signum r = 0%Z \/ r < 0 /\ signum r = (-1)%Z.
Proof.
  unfold signum. destruct (Rlt_dec 0 r); [|destruct (Rlt_dec r 0)]; [left|right; right|right; left]; split; auto; lra.
Qed.

Lemma signum_is_sgn r : IZR (signum r) = sgn r.
Proof. unfold signum, sgn. destruct (Rlt_dec 0 r); [reflexivity|]. destruct (Rlt_dec r 0); reflexivity. Qed.

Lemma mean_sgn (D : expectation R) : D (fun r => IZR (signum r)) = D sgn.
Proof. apply expectation_of_equals. apply signum_is_sgn. Qed.

Definition majority (n : nat) (w : nat -> R) : R := vote (sum n (fun j => signum (w j))).

(* The sum of the signs of all workers but m. *)
Definition others (n m : nat) (w : nat -> R) : Z := sum n (fun j => if Nat.eqb j m then 0%Z else signum (w j)).

(* The vote is lean + swing s as a function of the sign s of worker m; z is the sum of the others' signs. *)
Definition lean (z : Z) : R := (vote (z + 1) + vote (z - 1)) / 2.
Definition swing (z : Z) : R := (vote (z + 1) - vote (z - 1)) / 2.

Lemma others_and_one n m w : (m < n)%nat -> sum n (fun j => signum (w j)) = (others n m w + signum (w m))%Z.
Proof.
  unfold others. induction n; intros H; [lia|]. cbn [sum]. destruct (Nat.eq_dec m n) as [->|N].
  - rewrite Nat.eqb_refl.
    rewrite (sum_ext n (fun j => if Nat.eqb j n then 0%Z else signum (w j)) (fun j => signum (w j))); [lia|].
    intros i Hi. destruct (Nat.eqb_spec i n); [lia|reflexivity].
  - rewrite IHn by lia. destruct (Nat.eqb_spec n m); [lia|]. lia.
Qed.

Lemma others_are_blind {T} n m (b : Z -> T) w w' :
  (forall j, j <> m -> w j = w' j) -> b (others n m w) = b (others n m w').
Proof.
  intros H. unfold others. f_equal. apply sum_ext. intros i _. destruct (Nat.eqb_spec i m); [reflexivity|].
  rewrite H by assumption. reflexivity.
Qed.

(* signproof lemma "unit vote", coordinate by coordinate *)
Lemma unit_vote n w : Rabs (majority n w) <= 1.
Proof.
  unfold majority. apply Rabs_le.
  destruct (vote_cases (sum n (fun j => signum (w j)))) as [[_ ->]|[[_ ->]|[_ ->]]]; lra.
Qed.

(* signproof lemma "one vote of many" *)
Lemma one_vote_of_many n m w : (m < n)%nat ->
  Rabs (w m) * majority n w = Rabs (w m) * lean (others n m w) + w m * swing (others n m w).
Proof.
  intros H. unfold majority, lean, swing. rewrite (others_and_one n m w H).
  destruct (signum_cases (w m)) as [[P ->]|[[-> _]|[P ->]]].
  - rewrite Rabs_pos_eq by lra. field.
  - rewrite Rabs_R0. ring.
  - rewrite Rabs_left by lra. replace (others n m w + -1)%Z with (others n m w - 1)%Z by lia. field.
Qed.

(* signproof lemma "swing vote" *)
Lemma swing_vote z : 0 <= swing z.
Proof. unfold swing. assert (vote (z - 1) <= vote (z + 1)) by (apply vote_monotone; lia). lra. Qed.

Lemma swing_at_most_one z : swing z <= 1.
Proof.
  unfold swing. destruct (vote_cases (z + 1)) as [[_ ->]|[[_ ->]|[_ ->]]];
    destruct (vote_cases (z - 1)) as [[_ ->]|[[_ ->]|[_ ->]]]; lra.
Qed.

Section Workers.
Variables (n : nat) (draws : nat -> expectation R).

(* The workers draw independently of each other, worker j by [draws j]. *)
Let E : expectation (nat -> R) := family 0 draws n.

Definition at_zero (r : R) : R := if Req_EM_T r 0 then 1 else 0.
Definition positive (r : R) : R := if Rlt_dec 0 r then 1 else 0.

(* signproof lemma "vote without ties" *)
Lemma vote_without_ties m g : (m < n)%nat -> (g <> 0 -> draws m at_zero = 0) ->
  g * E (majority n)
  = g * (E (fun w => lean (others n m w))
         + E (fun w => swing (others n m w)) * draws m sgn).
Proof.
  intros H T. destruct (Req_dec g 0) as [->|G]; [ring|]. f_equal.
  assert (P : E (fun w => IZR (signum (w m)) * swing (others n m w))
              = draws m (fun r => IZR (signum r)) * E (fun w => swing (others n m w))).
  { apply (draw_and_others 0 draws n m (fun r => IZR (signum r))); auto. intros w w' W.
    apply (others_are_blind n m swing). exact W. }
  rewrite Rmult_comm, <- mean_sgn, <- P, <- mean_plus.
  (* both sides differ only where worker m draws 0, and there by at most 1 *)
  assert (Z : E (fun w => at_zero (w m)) = 0).
  { unfold E. rewrite (draw_alone 0 draws n m at_zero H). auto. }
  assert (D : forall w, Rabs (majority n w - (lean (others n m w) + IZR (signum (w m)) * swing (others n m w)))
                        <= 2 * at_zero (w m)).
  { intro w. unfold at_zero, lean, swing, majority. rewrite (others_and_one n m w H). set (z := others n m w).
    destruct (signum_cases (w m)) as [[W ->]|[[W ->]|[W ->]]]; destruct (Req_EM_T (w m) 0); try lra.
    - rewrite <- (Rabs_R0). replace (2 * Rabs 0) with (Rabs 0) by (rewrite Rabs_R0; ring). right. f_equal. field.
    - apply Rabs_le. rewrite Z.add_0_r.
      destruct (vote_cases z) as [[_ ->]|[[_ ->]|[_ ->]]];
      destruct (vote_cases (z + 1)) as [[_ ->]|[[_ ->]|[_ ->]]];
      destruct (vote_cases (z - 1)) as [[_ ->]|[[_ ->]|[_ ->]]]; lra.
    - replace (z + -1)%Z with (z - 1)%Z by lia. replace (2 * 0) with (Rabs 0) by (rewrite Rabs_R0; ring).
      right. f_equal. field. }
  apply Rminus_diag_uniq. rewrite <- mean_minus.
  pose proof (Jensen E (fun w =>
    majority n w - (lean (others n m w) + IZR (signum (w m)) * swing (others n m w)))) as J.
  pose proof (mean_monotone E _ _ D) as M. rewrite mean_scal, Z in M. cbv beta in J, M.
  match goal with |- ?x = 0 => destruct (Req_dec x 0) as [e|e]; [exact e|] end. apply Rabs_pos_lt in e. lra.
Qed.
End Workers.

(* An odd function of independent signs that does not fall with any of them has the sign of theirs in the mean; only the
   workers that [counts] names are counted. *)
Lemma odd_monotone_function_of_signs (draws : nat -> expectation R) (counts : nat -> bool) (side : R) n (h : Z -> R) :
  (forall j, (j < n)%nat -> 0 <= side * draws j sgn) ->
  (forall z, h (- z)%Z = - h z) -> (forall y z, (y <= z)%Z -> h y <= h z) ->
  0 <= side * family 0 draws n (fun w => h (sum n (fun j => if counts j then signum (w j) else 0%Z))).
Proof.
  revert h. induction n; intros h S O M.
  - cbn. specialize (O 0%Z). cbn in O. replace (h 0%Z) with 0 by lra. lra.
  - rewrite family_step. cbn [sum].
    assert (A : forall w x, sum n (fun j => if counts j then signum (update w n x j) else 0%Z)
                            = sum n (fun j => if counts j then signum (w j) else 0%Z)).
    { intros w x. apply sum_ext. intros i Hi. rewrite update_other by lia. reflexivity. }
    set (s := fun w => sum n (fun j => if counts j then signum (w j) else 0%Z)).
    rewrite (expectation_of_equals (family 0 draws n) _
              (fun w => draws n (fun x => h (s w + (if counts n then signum x else 0))%Z))).
    2: { intro w. apply expectation_of_equals. intro x. rewrite A, update_same. reflexivity. }
    destruct (counts n).
    + set (d := draws n (fun x => IZR (signum x))). set (q := draws n (fun x => IZR (signum x) ^ 2)).
      assert (Q : 0 <= q <= 1).
      { split; [apply mean_nonneg; intro; apply pow2_ge_0|]. rewrite <- (mean_one (draws n)). apply mean_monotone.
        intro x. destruct (signum_cases x) as [[_ ->]|[[_ ->]|[_ ->]]]; lra. }
      set (mid := fun z => q * ((h (z + 1)%Z + h (z - 1)%Z) / 2) + (1 - q) * h z).
      rewrite (expectation_of_equals (family 0 draws n) _
                (fun w => d * ((h (s w + 1)%Z - h (s w - 1)%Z) / 2) + mid (s w))).
      * rewrite mean_plus, mean_scal, Rmult_plus_distr_l, <- Rmult_assoc. apply Rplus_le_le_0_compat.
        -- apply Rmult_le_pos; [unfold d; rewrite mean_sgn; apply S; lia|]. apply mean_nonneg. intro w.
           assert (h (s w - 1)%Z <= h (s w + 1)%Z) by (apply M; lia). lra.
        -- apply IHn; auto.
           ++ intro z. unfold mid. rewrite O. replace (- z + 1)%Z with (- (z - 1))%Z by lia.
              replace (- z - 1)%Z with (- (z + 1))%Z by lia. rewrite !O. field.
           ++ intros y z L. unfold mid. pose proof (M (y + 1) (z + 1) ltac:(lia))%Z.
              pose proof (M (y - 1) (z - 1) ltac:(lia))%Z. pose proof (M y z L). nra.
      * intro w. unfold mid, d, q. generalize (s w). intro z.
        rewrite (expectation_of_equals (draws n) _ (fun x =>
          ((h (z + 1)%Z - h (z - 1)%Z) / 2) * IZR (signum x)
          + (((h (z + 1)%Z + h (z - 1)%Z) / 2 - h z) * IZR (signum x) ^ 2 + h z))).
        -- rewrite !mean_plus, !mean_scal, mean_const. ring.
        -- intro x. destruct (signum_cases x) as [[_ ->]|[[_ ->]|[_ ->]]].
           ++ field.
           ++ rewrite Z.add_0_r. field.
           ++ replace (z + -1)%Z with (z - 1)%Z by lia. field.
    + rewrite (expectation_of_equals (family 0 draws n) _ (fun w => h (s w))).
      * apply IHn; auto.
      * intro w. rewrite Z.add_0_r. apply mean_const.
Qed.

(* signproof lemma "vote of the others" *)
Lemma vote_of_the_others n (draws : nat -> expectation R) m g :
  (forall j, (j < n)%nat -> 0 <= g * draws j sgn) ->
  0 <= g * family 0 draws n (fun w => lean (others n m w)).
Proof.
  intros H. unfold others.
  rewrite (expectation_of_equals (family 0 draws n) _ (fun w =>
    lean (sum n (fun j => if negb (Nat.eqb j m) then signum (w j) else 0%Z)))).
  - apply odd_monotone_function_of_signs; auto.
    + intro z. unfold lean. replace (- z + 1)%Z with (- (z - 1))%Z by lia.
      replace (- z - 1)%Z with (- (z + 1))%Z by lia. rewrite !vote_odd. field.
    + intros y z L. unfold lean. pose proof (vote_monotone (y + 1) (z + 1) ltac:(lia)).
      pose proof (vote_monotone (y - 1) (z - 1) ltac:(lia)). lra.
  - intro w. f_equal. apply sum_ext. intros i _. destruct (Nat.eqb i m); reflexivity.
Qed.

(* Signs that are 1 with probability at least p vote at least as well as signs that are 1 with probability p. *)
Lemma better_signs_vote_better p (chance : 0 <= p <= 1) n (draws : nat -> expectation R) (h : Z -> R) :
  (forall j, (j < n)%nat -> p <= draws j positive) -> (forall y z, (y <= z)%Z -> h y <= h z) ->
  signs p chance n (fun s => h (sum n s)) <= family 0 draws n (fun w => h (sum n (fun j => signum (w j)))).
Proof.
  revert h. induction n; intros h B M; [cbn; lra|]. rewrite one_more_sign, family_step.
  set (mid := fun z => p * h (z + 1)%Z + (1 - p) * h (z - 1)%Z).
  apply Rle_trans with (family 0 draws n (fun w => mid (sum n (fun j => signum (w j))))).
  - apply (IHn mid); auto. intros y z L. unfold mid. pose proof (M (y + 1) (z + 1) ltac:(lia))%Z.
    pose proof (M (y - 1) (z - 1) ltac:(lia))%Z. nra.
  - apply mean_monotone. intro w. cbn [sum]. set (z := sum n (fun j => signum (w j))).
    rewrite (expectation_of_equals (draws n) _ (fun x => h (z + signum x)%Z)).
    2: { intro x. rewrite update_same. do 2 f_equal. apply sum_ext. intros i Hi. rewrite update_other by lia.
         reflexivity. }
    apply Rle_trans with (draws n (fun x => (h (z + 1)%Z - h (z - 1)%Z) * positive x + h (z - 1)%Z)).
    + rewrite mean_plus, mean_scal, mean_const. unfold mid. specialize (B n ltac:(lia)).
      pose proof (M (z - 1) (z + 1) ltac:(lia))%Z. nra.
    + apply mean_monotone. intro x. unfold positive. destruct (signum_cases x) as [[P ->]|[[P ->]|[P ->]]];
        destruct (Rlt_dec 0 x); try lra.
      * rewrite Z.add_0_r. pose proof (M (z - 1) z ltac:(lia))%Z. lra.
      * replace (z + -1)%Z with (z - 1)%Z by lia. lra.
Qed.

(* The assumption VoteMargin of signproof holds with I = I_p(kappa, kappa), if g_i > 0 and every worker's sign is right
   with probability p at least. (The mirror image, g_i < 0, is not written out.) *)
Theorem vote_margin p (chance : 0 <= p <= 1) k n (draws : nat -> expectation R) :
  n = (2 * k + 1)%nat \/ n = (2 * k + 2)%nat -> (forall j, (j < n)%nat -> p <= draws j positive) ->
  2 * incomplete_beta p (k + 1) (k + 1) - 1 <= family 0 draws n (majority n).
Proof.
  intros N B. rewrite <- (mean_vote_of_odd_number p chance).
  assert (mean_vote p chance (2 * k + 1) = mean_vote p chance n) as ->
    by (destruct N as [->| ->]; [|rewrite mean_vote_of_even_number]; reflexivity).
  apply (better_signs_vote_better p chance n draws vote B). exact vote_monotone.
Qed.

Definition main_lemmas := (@mean_vote_of_odd_number, @mean_vote_of_even_number, @one_vote_of_many, @swing_vote,
  @vote_without_ties, @vote_of_the_others, @vote_margin).
Print Assumptions main_lemmas.
