(* Theorem 3 of scaled-sign, repaired: n workers and a majority vote, x+ = x - a M vote, M the mean of the workers'
   norms ||~g^m||_1.

   The assumptions are those of signproof's claim own/theorem-3.repaired: as in Theorem2.v on f; all coordinates of all
   workers' ~g^m are independent given x, unbiased, no less often right than wrong in sign, and almost never 0 where the
   gradient is not; every worker's variance is sigma^2 at most; and the vote is right with the margin 2 I - 1. The last
   theorem takes I = I_p(kappa, kappa), kappa = floor((n + 1)/2), if every sign is right with probability p at least. *)
From Coq Require Import Reals Lra Lia Psatz ZArith.
From Coquelicot Require Import Rcomplements.
From Signproof Require Import Vectors Norms Recursion Expectation Beta Votes Independence Theorem2.
Open Scope R_scope.

Lemma sgn_bounded r : -1 <= sgn r <= 1.
Proof. destruct (sgn_cases r) as [[_ ->]|[[_ ->]|[_ ->]]]; lra. Qed.

Lemma signum_opp r : signum (- r) = (- signum r)%Z.
Proof.
  destruct (signum_cases r) as [[P ->]|[[P ->]|[P ->]]]; destruct (signum_cases (- r)) as [[Q ->]|[[Q ->]|[Q ->]]];
    try reflexivity; lra.
Qed.

Lemma sgn_opp r : sgn (- r) = - sgn r.
Proof. rewrite <- !signum_is_sgn, signum_opp, opp_IZR. reflexivity. Qed.

Lemma majority_opp n w : majority n (fun m => - w m) = - majority n w.
Proof.
  unfold majority. rewrite <- vote_odd. f_equal. induction n as [|m IH]; cbn; [reflexivity|].
  rewrite IH, signum_opp. lia.
Qed.

Lemma times_inverse r s : r <> 0 -> r * (/ r * s) = s.
Proof. intros H. field. exact H. Qed.

(* ------------------------------------------------------------------------------------------ one coordinate *)

Section Coordinate.
Variables (n : nat) (draws : nat -> expectation R) (g : R).
Hypothesis unbiased : forall m, (m < n)%nat -> draws m (fun r => r) = g.
Hypothesis no_ties : forall m, (m < n)%nat -> g <> 0 -> draws m at_zero = 0.
Hypothesis fair : forall m, (m < n)%nat -> 0 <= g * draws m sgn.

(* g_i E[|~g^m_i| vote_i] >= |g_i| g_i E[vote_i]: the vote loses nothing where ~g^m_i is long. *)
Lemma vote_where_one_is_long m : (m < n)%nat ->
  Rabs g * (g * family 0 draws n (majority n)) <= g * family 0 draws n (fun v => Rabs (v m) * majority n v).
Proof.
  intros Hm. set (Ev := family 0 draws n).
  pose proof (vote_of_the_others n draws m g fair) as O. fold Ev in O.
  pose proof (vote_without_ties n draws m g Hm (no_ties m Hm)) as T. fold Ev in T.
  set (El := Ev (fun w => lean (others n m w))) in *. set (Es := Ev (fun w => swing (others n m w))) in *.
  rewrite (expectation_of_equals Ev (fun v => Rabs (v m) * majority n v)
             (fun v => Rabs (v m) * lean (others n m v) + v m * swing (others n m v)))
    by (intro; apply one_vote_of_many; exact Hm).
  rewrite mean_plus. unfold Ev at 2 3.
  rewrite (draw_and_others 0 draws n m Rabs (fun v => lean (others n m v)) Hm)
    by (intros w w' W; apply others_are_blind; exact W).
  rewrite (draw_and_others 0 draws n m (fun r => r) (fun v => swing (others n m v)) Hm)
    by (intros w w' W; apply others_are_blind; exact W).
  rewrite unbiased by exact Hm. fold Ev. fold El. fold Es. rewrite T.
  pose proof (Jensen (draws m) (fun r => r)) as J. cbv beta in J. rewrite unbiased in J by exact Hm.
  change (draws m (fun w => Rabs w)) with (draws m Rabs) in J.
  assert (Es0 : 0 <= Es) by (apply mean_nonneg; intro; apply swing_vote).
  assert (S : -1 <= draws m sgn <= 1).
  { split; [rewrite <- (mean_const (draws m) (-1))|rewrite <- (mean_const (draws m) 1)]; apply mean_monotone;
      intro r; apply sgn_bounded. }
  set (s := draws m sgn) in *. set (a := draws m Rabs) in *.
  assert (Rabs g * (g * El) <= a * (g * El)) by (apply Rmult_le_compat_r; auto).
  assert (Rabs g * (g * s) <= g * g).
  { unfold Rabs. destruct (Rcase_abs g); nra. }
  assert (Es * (Rabs g * (g * s)) <= Es * (g * g)) by (apply Rmult_le_compat_l; auto). nra.
Qed.
End Coordinate.

(* ------------------------------------------------------------------------------------------ one iteration *)

Section Iteration.
Variables (n d : nat) (law : nat -> nat -> expectation R) (g : vec) (c sigma : R).
Hypothesis some_worker : (0 < n)%nat.
Hypothesis unbiased : forall m i, (m < n)%nat -> (i < d)%nat -> law m i (fun r => r) = g i.
Hypothesis no_ties : forall m i, (m < n)%nat -> (i < d)%nat -> g i <> 0 -> law m i at_zero = 0.
Hypothesis fair : forall m i, (m < n)%nat -> (i < d)%nat -> 0 <= g i * law m i sgn.
Hypothesis variance : forall m, (m < n)%nat ->
  drawn_by law d m (fun v => norm_1 d (fun i => v i - g i) ^ 2) <= sigma ^ 2.
Hypothesis margin : forall i, (i < d)%nat -> c * Rabs (g i) <= g i * family 0 (fun m => law m i) n (majority n).
Hypothesis c_nonneg : 0 <= c.

Let E := drawn law d n.
Definition mean_norm (w : nat -> nat -> R) : R := total n (fun m => norm_1 d (w m)) / INR n.
Definition votes (w : nat -> nat -> R) : vec := fun i => majority n (fun m => w m i).

(* signproof lemma "unit vote" *)
Lemma unit_vote_in_norm w : norm_inf d (votes w) <= 1.
Proof. apply largest_coordinate; [lra|]. intros. apply unit_vote. Qed.

(* The assumption IndependentDraws of signproof holds if all coordinates of all workers are independent. *)
Lemma independent_draws m i : (m < n)%nat -> (i < d)%nat ->
  E (fun w => (norm_1 d (w m) - Rabs (w m i)) * votes w i)
  = E (fun w => norm_1 d (w m) - Rabs (w m i)) * E (fun w => votes w i) /\
  E (fun w => Rabs (w m i) * lean (others n m (fun m => w m i)))
  = E (fun w => Rabs (w m i)) * E (fun w => lean (others n m (fun m => w m i))) /\
  E (fun w => w m i * swing (others n m (fun m => w m i)))
  = E (fun w => w m i) * E (fun w => swing (others n m (fun m => w m i))).
Proof.
  intros Hm Hi. pose proof (coordinate_of_all law d n i) as C. split; [|split].
  - apply (coordinates_are_separate law d n i).
    + intros w w' S. apply size_of_others; auto.
    + intros w w' S. unfold votes, majority. f_equal. apply sum_ext. intros j _. rewrite S. reflexivity.
  - unfold E. rewrite (C (fun v => Rabs (v m) * lean (others n m v)) Hi), (C (fun v => Rabs (v m)) Hi),
      (C (fun v => lean (others n m v)) Hi).
    rewrite (draw_alone 0 (fun m => law m i) n m Rabs Hm).
    apply (draw_and_others 0 (fun m => law m i) n m Rabs (fun v => lean (others n m v))); auto.
    intros w w' S. apply others_are_blind. exact S.
  - unfold E. rewrite (C (fun v => v m * swing (others n m v)) Hi), (C (fun v => v m) Hi),
      (C (fun v => swing (others n m v)) Hi).
    rewrite (draw_alone 0 (fun m => law m i) n m (fun r => r) Hm).
    apply (draw_and_others 0 (fun m => law m i) n m (fun r => r) (fun v => swing (others n m v))); auto.
    intros w w' S. apply others_are_blind. exact S.
Qed.

(* One worker, one coordinate *)
Lemma one_worker_one_coordinate m i : (m < n)%nat -> (i < d)%nat ->
  c * Rabs (g i) * norm_1 d g <= g i * E (fun w => norm_1 d (w m) * votes w i).
Proof.
  intros Hm Hi. set (voted := family 0 (fun m => law m i) n (majority n)).
  assert (V : E (fun w => votes w i) = voted) by apply (coordinate_of_all law d n i (majority n) Hi).
  assert (O : norm_1 d g - Rabs (g i) <= E (fun w => norm_1 d (w m) - Rabs (w m i))).
  { apply others_are_long; auto. intros j Hj. unfold E.
    rewrite (vector_of_one law d n m (fun v => v j) Hm). unfold drawn_by.
    rewrite (draw_alone 0 (law m) d j (fun r => r) Hj). auto. }
  set (rest := E (fun w => norm_1 d (w m) - Rabs (w m i))) in *.
  rewrite (expectation_of_equals E _
             (fun w => (norm_1 d (w m) - Rabs (w m i)) * votes w i + Rabs (w m i) * votes w i)) by (intro; ring).
  rewrite mean_plus, (proj1 (independent_draws m i Hm Hi)).
  fold rest. rewrite V.
  assert (E (fun w => Rabs (w m i) * votes w i)
          = family 0 (fun m => law m i) n (fun v => Rabs (v m) * majority n v)) as ->
    by exact (coordinate_of_all law d n i (fun v => Rabs (v m) * majority n v) Hi).
  pose proof (vote_where_one_is_long n (fun m => law m i) (g i)) as K. cbv beta in K.
  specialize (K (fun m H => unbiased m i H Hi) (fun m H => no_ties m i H Hi) (fun m H => fair m i H Hi) m Hm).
  fold voted in K. specialize (margin i Hi). fold voted in margin.
  pose proof (Rabs_pos (g i)) as A. assert (0 <= c * Rabs (g i)) by (apply Rmult_le_pos; auto).
  assert ((norm_1 d g - Rabs (g i)) * (g i * voted) <= rest * (g i * voted)) by (apply Rmult_le_compat_r; lra).
  assert (norm_1 d g * (c * Rabs (g i)) <= norm_1 d g * (g i * voted))
    by (apply Rmult_le_compat_l; [apply norm_1_nonneg|auto]).
  lra.
Qed.

Lemma workers_positive : 0 < INR n.
Proof. apply lt_0_INR. exact some_worker. Qed.

(* E[M <g, vote>] >= c ||g||^2 *)
Lemma aligned_votes : c * norm_1 d g ^ 2 <= E (fun w => mean_norm w * dot d g (votes w)).
Proof.
  pose proof workers_positive as N.
  rewrite (expectation_of_equals E _
    (fun w => / INR n * total d (fun i => total n (fun m => g i * (norm_1 d (w m) * votes w i))))).
  2: { intro w. unfold mean_norm, dot. unfold Rdiv. rewrite (Rmult_comm (total n _)), Rmult_assoc. f_equal.
       rewrite <- total_scale. apply total_ext. intros i _. rewrite <- total_scale_r. apply total_ext. intros. ring. }
  rewrite mean_scal, mean_total. apply (Rmult_le_reg_l (INR n)); [exact N|].
  rewrite times_inverse by lra.
  assert (INR n * (c * norm_1 d g ^ 2) = total d (fun i => total n (fun m => c * Rabs (g i) * norm_1 d g))) as ->.
  { rewrite (total_ext d _ (fun i => INR n * c * norm_1 d g * Rabs (g i))).
    - rewrite total_scale. fold (norm_1 d g). ring.
    - intros i _. rewrite total_const. ring. }
  apply sum_of_inequalities. intros i Hi. rewrite mean_total. apply sum_of_inequalities. intros m Hm. rewrite mean_scal.
  apply one_worker_one_coordinate; auto.
Qed.

(* E[M^2] <= 2 ||g||^2 + 2 sigma^2 *)
Lemma second_moment_of_mean_norm : E (fun w => mean_norm w ^ 2) <= 2 * norm_1 d g ^ 2 + 2 * sigma ^ 2.
Proof.
  pose proof workers_positive as N. set (bound := 2 * norm_1 d g ^ 2 + 2 * sigma ^ 2).
  apply Rle_trans with (E (fun w => / INR n * total n (fun m => norm_1 d (w m) ^ 2))).
  - apply mean_monotone. intro w. unfold mean_norm.
    pose proof (mean_of_squares n (fun m => norm_1 d (w m))) as S. cbv beta in S. rewrite total_const, Rmult_1_r in S.
    replace ((total n (fun m => norm_1 d (w m)) / INR n) ^ 2)
      with (/ INR n * (/ INR n * total n (fun m => norm_1 d (w m)) ^ 2)) by (field; lra).
    assert (0 < / INR n) by (apply Rinv_0_lt_compat; exact N). apply Rmult_le_compat_l; [lra|].
    apply (Rmult_le_reg_l (INR n)); [exact N|]. rewrite times_inverse by lra. exact S.
  - rewrite mean_scal, mean_total. apply (Rmult_le_reg_l (INR n)); [exact N|].
    rewrite times_inverse by lra. rewrite <- total_const. apply sum_of_inequalities. intros m Hm.
    unfold E. rewrite (vector_of_one law d n m (fun v => norm_1 d v ^ 2) Hm).
    apply (second_moment_of_norm (drawn_by law d m) (fun v => v)). apply variance. exact Hm.
Qed.
End Iteration.

(* ------------------------------------------------------------------------------------------ the theorem *)

Section Problem.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (L mu fstar : R).
Hypothesis smooth : forall y x, f y <= f x + dot d (grad x) (sub y x) + L / 2 * norm_inf d (sub y x) ^ 2.
Hypothesis dominated : forall x, norm_1 d (grad x) ^ 2 >= 2 * mu * (f x - fstar).
Hypothesis mu_positive : 0 < mu.
Hypothesis mu_at_most_L : mu <= L.

(* What has happened before iteration k: x_k, and all that was drawn. *)
Definition past_of_workers : Type := vec * list (nat -> vec).

(* In iteration k, worker m draws coordinate i by [law k s m i], given all that happened before. *)
Variables (n : nat) (law : nat -> past_of_workers -> nat -> nat -> expectation R) (sigma : R).
Hypothesis some_worker : (0 < n)%nat.
Hypothesis unbiased : forall k s m i, (m < n)%nat -> (i < d)%nat -> law k s m i (fun r => r) = grad (fst s) i.
Hypothesis variance : forall k s m, (m < n)%nat ->
  drawn_by (law k s) d m (fun v => norm_1 d (fun i => v i - grad (fst s) i) ^ 2) <= sigma ^ 2.
Hypothesis no_ties : forall k s m i, (m < n)%nat -> (i < d)%nat -> grad (fst s) i <> 0 -> law k s m i at_zero = 0.

(* One iteration with the step size a *)
Definition vote_step (a : R) (s : past_of_workers) (w : nat -> vec) : past_of_workers :=
  (after (mean_norm n d) (votes n) (fst s) a w, w :: snd s)%list.

(* The mean of the suboptimality of x_k *)
Definition EV_of_votes (alpha : R) (x0 : vec) (k : nat) : R :=
  state (x0, nil) (fun k s => image (vote_step alpha s) (drawn (law k s) d n)) k (fun s => V f fstar (fst s)).

Section Margin.
Variable I : R.
Hypothesis fair : forall k s m i, (m < n)%nat -> (i < d)%nat -> 0 <= grad (fst s) i * law k s m i sgn.
Hypothesis margin : forall k s i, (i < d)%nat ->
  (2 * I - 1) * Rabs (grad (fst s) i) <= grad (fst s) i * family 0 (fun m => law k s m i) n (majority n).
Hypothesis I_at_most_one : I <= 1.

(* own/theorem-3.repaired *)
Theorem theorem_3_repaired alpha x0 k (zeta := 1 - 2 * mu * alpha * (2 * I - 1 - L * alpha)) :
  0 < alpha < (2 * I - 1) / L ->
  EV_of_votes alpha x0 k <= zeta ^ k * V f fstar x0 + L * sigma ^ 2 * alpha ^ 2 / (1 - zeta).
Proof.
  intros [a0 a1]. assert (L0 : 0 < L) by lra. set (c := 2 * I - 1) in *.
  assert (a2 : L * alpha < c).
  { apply (Rmult_lt_compat_r L) in a1; [|exact L0]. replace (c / L * L) with c in a1 by (field; lra). lra. }
  assert (La : 0 < L * alpha) by (apply Rmult_lt_0_compat; auto).
  replace (L * sigma ^ 2 * alpha ^ 2 / (1 - zeta)) with (L * sigma ^ 2 * alpha / (2 * mu * (c - L * alpha))).
  2: { unfold zeta.
       replace (1 - (1 - 2 * mu * alpha * (c - L * alpha))) with (2 * mu * alpha * (c - L * alpha)) by ring.
       field. lra. }
  apply (constant_step_size (EV_of_votes alpha x0) L mu alpha c sigma); auto; try lra; [unfold c; lra|].
  intro j. unfold EV_of_votes. rewrite <- tower_property_of_process.
  set (P := state (x0, nil) (fun k s => image (vote_step alpha s) (drawn (law k s) d n)) j).
  apply Rle_trans with
    (P (fun s => (1 - 2 * mu * (alpha * (c - L * alpha))) * V f fstar (fst s) + L * sigma ^ 2 * alpha ^ 2)).
  - apply mean_monotone. intro s.
    apply (contraction_in_the_mean d f grad L mu fstar smooth dominated mu_positive mu_at_most_L
             (drawn (law j s) d n) (mean_norm n d) (votes n) (fst s) c sigma); try lra.
    + intros w i. apply unit_vote.
    + apply aligned_votes; auto. lra.
    + apply second_moment_of_mean_norm; auto.
  - rewrite mean_plus, mean_scal, mean_const. lra.
Qed.
End Margin.

(* Every sign is right with probability p at least, where the gradient is not 0. *)
Section Probability.
Variables (p : R) (kappa : nat).
Hypothesis p_range : / 2 <= p <= 1.
Hypothesis right : forall k s m i, (m < n)%nat -> (i < d)%nat ->
  (0 < grad (fst s) i -> p <= law k s m i positive) /\
  (grad (fst s) i < 0 -> p <= law k s m i (fun r => positive (- r))).
Hypothesis number : n = (2 * kappa + 1)%nat \/ n = (2 * kappa + 2)%nat.

(* E sign(~g_i) >= 2 p - 1, if it is 1 with probability p at least *)
Lemma mean_sign (D : expectation R) : p <= D positive -> 0 <= D sgn.
Proof.
  intros H. apply Rle_trans with (D (fun r => 2 * positive r - 1)).
  - rewrite mean_minus, mean_scal, mean_const. lra.
  - apply mean_monotone. intro r. unfold positive.
    destruct (sgn_cases r) as [[P ->]|[[P ->]|[P ->]]]; destruct (Rlt_dec 0 r); lra.
Qed.

Lemma chance : 0 <= p <= 1.
Proof. lra. Qed.

(* (41) *)
Lemma margin_by_probability k s i : (i < d)%nat ->
  (2 * incomplete_beta p (kappa + 1) (kappa + 1) - 1) * Rabs (grad (fst s) i)
  <= grad (fst s) i * family 0 (fun m => law k s m i) n (majority n).
Proof.
  intros Hi. destruct (Rtotal_order (grad (fst s) i) 0) as [G|[->|G]].
  - rewrite Rabs_left by exact G.
    pose proof (vote_margin p chance kappa n (fun m => image Ropp (law k s m i)) number) as M.
    specialize (M (fun m Hm => proj2 (right k s m i Hm Hi) G)). rewrite mirrored_family in M.
    rewrite (expectation_of_equals _ _ (fun w => - majority n w)) in M by (intro; apply majority_opp).
    rewrite mean_opp in M. nra.
  - rewrite Rabs_R0. lra.
  - rewrite Rabs_pos_eq by lra. pose proof (vote_margin p chance kappa n (fun m => law k s m i) number) as M.
    specialize (M (fun m Hm => proj1 (right k s m i Hm Hi) G)). nra.
Qed.

Lemma fair_by_probability k s m i : (m < n)%nat -> (i < d)%nat -> 0 <= grad (fst s) i * law k s m i sgn.
Proof.
  intros Hm Hi. destruct (right k s m i Hm Hi) as [Pos Neg]. destruct (Rtotal_order (grad (fst s) i) 0) as [G|[->|G]].
  - pose proof (mean_sign (image Ropp (law k s m i)) (Neg G)) as M. cbn in M.
    rewrite (expectation_of_equals _ _ (fun r => - sgn r)) in M.
    + rewrite mean_opp in M. nra.
    + intro r. apply sgn_opp.
  - lra.
  - pose proof (mean_sign (law k s m i) (Pos G)). nra.
Qed.

Lemma incomplete_beta_at_most_one : incomplete_beta p (kappa + 1) (kappa + 1) <= 1.
Proof.
  pose proof (mean_vote_of_odd_number p chance kappa) as M.
  assert (mean_vote p chance (2 * kappa + 1) <= 1); [|lra].
  unfold mean_vote. rewrite <- (mean_const (signs p chance (2 * kappa + 1)) 1). apply mean_monotone. intro s.
  destruct (vote_cases (sum (2 * kappa + 1) s)) as [[_ ->]|[[_ ->]|[_ ->]]]; lra.
Qed.

(* Theorem 3 of scaled-sign, repaired, with its own constant I_p(kappa, kappa); kappa is [kappa + 1] here. *)
Theorem theorem_3_by_probability alpha x0 k (I := incomplete_beta p (kappa + 1) (kappa + 1))
  (zeta := 1 - 2 * mu * alpha * (2 * I - 1 - L * alpha)) :
  0 < alpha < (2 * I - 1) / L ->
  EV_of_votes alpha x0 k <= zeta ^ k * V f fstar x0 + L * sigma ^ 2 * alpha ^ 2 / (1 - zeta).
Proof.
  apply theorem_3_repaired.
  - apply fair_by_probability.
  - apply margin_by_probability.
  - apply incomplete_beta_at_most_one.
Qed.
End Probability.
End Problem.

Definition theorem_3 := (@theorem_3_repaired, @theorem_3_by_probability).
Print Assumptions theorem_3.
