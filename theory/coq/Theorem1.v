(* Theorem 1 of scaled-sign: Li, Lin, Li, Hong, Chen, "On Faster Convergence of Scaled Sign Gradient Descent",
   eqs. (16), (17); proof in Appendix D, eqs. (30)-(32).

   Stated and proved for steepest descent in every dual pair of norms, x+ = x - alpha ||g||_* v(g), in R^d for every d.
   The paper's case is the maximum norm, where ||g||_* v(g) = ||g||_1 sign(g). Steps are named as in the proof in
   theory/papers/scaled_sign/theorem_1.py, and numbered as in the paper. *)
From Coq Require Import Reals Lra Psatz.
From Signproof Require Import Vectors Norms Objective Recursion.
Open Scope R_scope.

Section SteepestDescent.
Context {d : nat} (p : DualPair d) (f : vec -> R) (grad : vec -> vec) (f_star L alpha : R) (x : nat -> vec).
Hypothesis gradients : differentiable d f grad.
Hypothesis inf : is_infimum f f_star.
Hypothesis L_pos : 0 < L.
Hypothesis assumption_3 : smooth p grad L.
Hypothesis domain : 0 < alpha < 2 / L.

Let g (k : nat) : vec := grad (x k).
Let N (k : nat) : R := dual_norm p (g k).
Let V (k : nat) : R := f (x k) - f_star.
Let gamma : R := alpha * (1 - L * alpha / 2).

(* (14) *)
Hypothesis rule : forall k, x (S k) = (x k - (alpha * N k) * maximizer p (g k))%V.

Lemma gamma_pos : 0 < gamma.
Proof.
  destruct domain as [A B]. apply (Rmult_lt_compat_r L) in B; [|exact L_pos].
  replace (2 / L * L) with 2 in B by (field; lra). unfold gamma. apply Rmult_lt_0_compat; lra.
Qed.

Lemma value_is_not_negative k : 0 <= V k.
Proof.
  (* f* at k *)
  assert (infimum_k : f_star <= f (x k)) by (apply infimum; exact inf).
  unfold V. lra.
Qed.

(* (31) *)
Lemma descent k : V (S k) - V k <= - gamma * N k ^ 2.
Proof.
  set (v := maximizer p (g k)). set (length := norm p (x (S k) - x k)).
  (* (30) *)
  assert (value : V k = f (x k) - f_star) by reflexivity.
  (* (30) at k + 1 *)
  assert (next_value : V (S k) = f (x (S k)) - f_star) by reflexivity.
  (* g has a norm *)
  assert (positive : 0 <= N k) by apply non_negative_dual_norm.
  (* Assumption 3, integrated *)
  assert (expansion : f (x (S k)) <= f (x k) + dot d (g k) (x (S k) - x k) + L / 2 * length ^ 2)
    by (apply (descent_lemma p); assumption).
  (* <g, v> = ||g|| *)
  assert (aligned : dot d (g k) v = N k) by apply attained_dual_norm.
  (* slope *)
  assert (decrease : dot d (g k) (x (S k) - x k) = - alpha * N k ^ 2).
  { rewrite rule. fold v. expand_dot. rewrite aligned. ring. }
  (* ||v|| <= 1 *)
  assert (unit : norm p v <= 1) by apply unit_maximizer.
  (* v has a norm *)
  assert (v_positive : 0 <= norm p v) by apply non_negative_norm.
  (* length *)
  assert (stretched : length = Rabs (alpha * N k) * norm p v).
  { unfold length. rewrite rule. fold v.
    replace (x k - alpha * N k * v - x k)%V with (- (alpha * N k) * v)%V by vector.
    rewrite norm_scale, Rabs_Ropp. reflexivity. }
  (* squared length *)
  assert (short : length ^ 2 <= alpha ^ 2 * N k ^ 2).
  { rewrite stretched, Rpow_mult_distr, pow2_abs, Rpow_mult_distr.
    assert (norm p v ^ 2 <= 1) by nra. pose proof (pow2_ge_0 (alpha * N k)). nra. }
  (* (31) *)
  unfold gamma. apply (Rmult_le_compat_l (L / 2)) in short; [|lra]. lra.
Qed.

Section Linear.
Variable mu : R.
Let zeta : R := 1 - 2 * mu * gamma.
Hypothesis domination : forall k, N k ^ 2 >= 2 * mu * V k.

Lemma linear_convergence k : V k <= zeta ^ k * V 0%nat.
Proof.
  (* contraction *)
  assert (contraction : forall k, V (S k) <= zeta * V k).
  { intros n. pose proof (descent n) as D. pose proof (domination n) as Q. pose proof gamma_pos as G.
    apply Rge_le, (Rmult_le_compat_l gamma) in Q; [|lra]. unfold zeta. lra. }
  (* first step *)
  assert (first : V 1%nat <= zeta * V 0%nat) by apply contraction.
  (* V_1 is not negative *)
  assert (first_positive : 0 <= V 1%nat) by apply value_is_not_negative.
  (* rate: zeta >= 0, unless V_0 = 0, and then V_k = 0 for every k *)
  destruct (Rle_dec 0 zeta) as [rate|negative].
  - (* iteration, (16) *)
    apply (induction V zeta); assumption.
  - pose proof (value_is_not_negative 0) as P.
    assert (start : V 0%nat = 0) by nra. rewrite start, Rmult_0_r.
    assert (zero : forall n, V n <= 0); [|apply zero].
    induction n as [|n IH]; [lra|]. pose proof (value_is_not_negative n). specialize (contraction n). nra.
Qed.
End Linear.

(* Theorem 1(1), eq. (16): strongly convex functions. *)
Theorem theorem_1_1 mu :
  0 < mu -> strongly_convex p f grad mu ->
  forall k, V k <= (1 - 2 * mu * gamma) ^ k * V 0%nat.
Proof.
  intros mu_pos assumption_1. apply linear_convergence. intros k.
  (* x* is a minimizer *)
  destruct (attained_minimum p f grad f_star mu assumption_1 mu_pos inf) as [x_star attained].
  set (distance := norm p (x k - x_star)).
  (* Assumption 1 at x* *)
  assert (growth : f x_star - f (x k) >= dot d (g k) (x_star - x k) + mu / 2 * distance ^ 2).
  { unfold distance. rewrite norm_sub_comm. apply assumption_1. }
  (* Hölder *)
  assert (Hoelder : dot d (g k) (x k - x_star) <= N k * distance) by apply hoelder.
  (* square *)
  assert (square : 2 * mu * N k * distance <= N k ^ 2 + mu ^ 2 * distance ^ 2).
  { pose proof (pow2_ge_0 (N k - mu * distance)). lra. }
  (* ||g||^2 >= 2 mu V *)
  autorewrite with dot in growth, Hoelder. rewrite attained in growth. unfold V.
  apply Rge_le, (Rmult_le_compat_l (2 * mu)) in growth; [|lra].
  apply (Rmult_le_compat_l (2 * mu)) in Hoelder; lra.
Qed.

(* Theorem 1(2), eq. (16): functions that meet the Polyak-Lojasiewicz inequality. *)
Theorem theorem_1_2 mu :
  0 < mu -> polyak_lojasiewicz p f grad f_star mu ->
  forall k, V k <= (1 - 2 * mu * gamma) ^ k * V 0%nat.
Proof.
  intros mu_pos assumption_2. apply linear_convergence. intros k.
  (* Assumption 2; ||g||^2 >= 2 mu V *)
  apply assumption_2.
Qed.

(* Theorem 1(3), eq. (17): smooth functions. *)
Theorem theorem_1_3 k : least (fun l => N l ^ 2) k <= V 0%nat / (gamma * (INR k + 1)).
Proof.
  set (square := fun l => N l ^ 2).
  (* (31), rearranged *)
  assert (decrease : forall k, gamma * square k <= V k - V (S k)).
  { intros n. pose proof (descent n). unfold square. lra. }
  (* (32), sum *)
  assert (telescoped : gamma * total (S k) square <= V 0%nat - V (S k)) by (apply telescoping_sum; exact decrease).
  (* V at k + 1 is not negative *)
  assert (next_positive : 0 <= V (S k)) by apply value_is_not_negative.
  (* (32) *)
  assert (summed : gamma * total (S k) square <= V 0%nat) by lra.
  (* least of the sum *)
  assert (mean : (INR k + 1) * least square k <= total (S k) square) by apply least_of_a_sum.
  (* (17) *)
  pose proof gamma_pos as G. pose proof (pos_INR k) as K.
  apply (Rmult_le_compat_l gamma) in mean; [|lra].
  apply (Rmult_le_reg_l (gamma * (INR k + 1))); [nra|].
  replace (gamma * (INR k + 1) * (V 0%nat / (gamma * (INR k + 1)))) with (V 0%nat) by (field; lra). lra.
Qed.
End SteepestDescent.

(* The rate of Theorem 1 is in [0, 1). *)
Theorem theorem_1_zeta mu L alpha :
  0 < mu <= L -> 0 < alpha < 2 / L -> 0 <= 1 - 2 * mu * (alpha * (1 - L * alpha / 2)) < 1.
Proof.
  intros [M ML] [A B]. assert (G : 0 < alpha * (1 - L * alpha / 2)) by (apply gamma_pos; lra).
  split; [|nra].
  assert (Square : 0 <= (1 - L * alpha) ^ 2) by apply pow2_ge_0.
  assert (mu * (alpha * (1 - L * alpha / 2)) <= L * (alpha * (1 - L * alpha / 2))) by (apply Rmult_le_compat_r; lra).
  lra.
Qed.

(* ------------------------------------------------------------------------------------------------ the paper's case *)

(* Scaled sign gradient descent, x+ = x - alpha ||g||_1 sign(g): Theorem 1 as the paper states it. *)
Section ScaledSign.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (f_star L alpha : R) (x : nat -> vec).
Hypothesis gradients : differentiable d f grad.
Hypothesis inf : is_infimum f f_star.
Hypothesis L_pos : 0 < L.
Hypothesis smoothness : forall x y, norm_1 d (grad x - grad y) <= L * norm_inf d (x - y).
Hypothesis domain : 0 < alpha < 2 / L.
Hypothesis rule : forall k, x (S k) = (x k - (alpha * norm_1 d (grad (x k))) * sign (grad (x k)))%V.

Corollary scaled_sign_theorem_1_1 mu :
  0 < mu ->
  (forall x y, f x - f y >= dot d (grad y) (x - y) + mu / 2 * norm_inf d (x - y) ^ 2) ->
  forall k, f (x k) - f_star <= (1 - 2 * mu * (alpha * (1 - L * alpha / 2))) ^ k * (f (x 0%nat) - f_star).
Proof. apply (theorem_1_1 (linf d)); assumption. Qed.

Corollary scaled_sign_theorem_1_2 mu :
  0 < mu ->
  (forall x, norm_1 d (grad x) ^ 2 >= 2 * mu * (f x - f_star)) ->
  forall k, f (x k) - f_star <= (1 - 2 * mu * (alpha * (1 - L * alpha / 2))) ^ k * (f (x 0%nat) - f_star).
Proof. apply (theorem_1_2 (linf d)); assumption. Qed.

Corollary scaled_sign_theorem_1_3 k :
  least (fun l => norm_1 d (grad (x l)) ^ 2) k <=
  (f (x 0%nat) - f_star) / (alpha * (1 - L * alpha / 2) * (INR k + 1)).
Proof. apply (theorem_1_3 (linf d)); assumption. Qed.
End ScaledSign.

(* What they rest on, all together: the axioms of Coq's real numbers, and functional extensionality. *)
Definition theorem_1 := (@theorem_1_1, @theorem_1_2, @theorem_1_3, @theorem_1_zeta,
  @scaled_sign_theorem_1_1, @scaled_sign_theorem_1_2, @scaled_sign_theorem_1_3).
Print Assumptions theorem_1.
