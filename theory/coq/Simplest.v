(* f(x) = ||x||_2^2 / 2 meets all that Objective.v defines, in both geometries: no theorem there is about nothing. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms Objective.
Open Scope R_scope.

Section Simplest.
Variable d : nat.
Let f (x : vec) : R := / 2 * dot d x x.
Let grad (x : vec) : vec := x.

Lemma simplest_differentiable : differentiable d f grad.
Proof.
  intros x h. unfold f, grad.
  apply (is_derive_ext (fun t => / 2 * dot d x x + t * dot d x h + / 2 * t ^ 2 * dot d h h)).
  - intros t. expand_dot. rewrite (dot_comm d h x). cbn. field.
  - auto_derive; [exact I|field].
Qed.

Lemma simplest_infimum : is_infimum f 0.
Proof.
  split.
  - intros x. unfold f. pose proof (dot_self_nonneg d x). lra.
  - intros b B. specialize (B zero). unfold f in B. rewrite dot_zero_l in B. lra.
Qed.

Lemma simplest_difference x y : f x - f y = dot d (grad y) (x - y) + / 2 * dot d (x - y) (x - y).
Proof. unfold f, grad. expand_dot. rewrite (dot_comm d y x). field. Qed.

Lemma simplest_convex : convex d f grad.
Proof.
  intros y x. pose proof (simplest_difference y x). pose proof (dot_self_nonneg d (y - x)). lra.
Qed.

Lemma simplest_smooth_l2 : smooth (l2 d) grad 1.
Proof. intros x y. rewrite Rmult_1_l. apply Rle_refl. Qed.

Lemma simplest_strongly_convex_l2 : strongly_convex (l2 d) f grad 1.
Proof. intros x y. rewrite simplest_difference, euclidean_norm. cbn. lra. Qed.

Lemma simplest_polyak_lojasiewicz_l2 : polyak_lojasiewicz (l2 d) f grad 0 1.
Proof. intros x. cbn [dual_norm l2]. rewrite <- euclidean_norm. unfold f, grad. lra. Qed.

Lemma norm_1_le_norm_inf x : norm_1 d x <= INR d * norm_inf d x.
Proof. rewrite <- total_const. apply sum_of_inequalities. intros i I. apply coordinate_of_a_vector, I. Qed.

Lemma norm_inf_le_norm_2 x : norm_inf d x <= norm_2 d x.
Proof.
  apply largest_coordinate; [apply norm_2_nonneg|]. intros i I.
  rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt.
  apply (one_of_a_sum d (fun i => x i * x i)); [intros j _; apply Rle_0_sqr|exact I].
Qed.

Lemma norm_inf_le_norm_1 x : norm_inf d x <= norm_1 d x.
Proof.
  assert (P : forall i, (i < d)%nat -> 0 <= Rabs (x i)) by (intros; apply Rabs_pos).
  apply largest_coordinate; [apply total_nonneg, P|].
  intros i I. exact (one_of_a_sum d _ P i I).
Qed.

Lemma simplest_smooth_linf : smooth (linf d) grad (INR d).
Proof. intros x y. apply norm_1_le_norm_inf. Qed.

Lemma simplest_strongly_convex_linf : strongly_convex (linf d) f grad 1.
Proof.
  intros x y. rewrite simplest_difference, euclidean_norm. cbn [norm linf].
  pose proof (largest_nonneg d (fun i => Rabs ((x - y)%V i))) as P. fold (norm_inf d (x - y)) in P.
  pose proof (norm_inf_le_norm_2 (x - y)). nra.
Qed.

Lemma simplest_polyak_lojasiewicz_linf : polyak_lojasiewicz (linf d) f grad 0 1.
Proof.
  intros x. cbn [dual_norm linf]. unfold f, grad.
  pose proof (dot_le_norm_1_norm_inf d x x). pose proof (norm_inf_le_norm_1 x).
  pose proof (total_nonneg d (fun i => Rabs (x i)) (fun i _ => Rabs_pos (x i))) as P. fold (norm_1 d x) in P. nra.
Qed.
End Simplest.
