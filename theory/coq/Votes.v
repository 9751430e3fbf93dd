(* Majority votes: of n independent signs, each 1 with probability p and -1 otherwise, and of workers' gradients.

   Signs are whole numbers. The vote is the sign of the sum of the signs, with sign(0) = 0. *)
From Coq Require Import Reals Lra Lia Psatz ZArith Factorial.
Require Import Expectation Beta.
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
