(* Trajectories of flows, for exported proofs: the velocity is a multiple of the gradient, or of any v of norm at most 1
   with <grad f(x), v> = ||grad f(x)||_*, which for the maximum norm is Filippov's sign of the gradient. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms Recursion Expectation.
From Signproof Require Export Flows.
Open Scope R_scope.

Definition continuous_gradient (d : nat) (grad : vec -> vec) : Prop :=
  forall x eps, 0 < eps -> exists delta, 0 < delta /\
    forall y, norm_1 d (sub y x) < delta -> norm_1 d (sub (grad y) (grad x)) < eps.

Definition gradient_flow (d : nat) (c : vec -> R) (grad : vec -> vec) (y w : vec) : Prop :=
  forall i, (i < d)%nat -> w i = c y * grad y i.

Definition steepest_flow {d} (p : DualPair d) (c : vec -> R) (grad : vec -> vec) (y w : vec) : Prop :=
  exists v, norm p v <= 1 /\ dot d (grad y) v = dual_norm p (grad y) /\ forall i, (i < d)%nat -> w i = c y * v i.

(* ------------------------------------------------------------------------------------------------ norms *)

Section Pair.
Context {d : nat} (p : DualPair d).

Lemma coordinate_of_unit_ball v i : norm p v <= 1 -> (i < d)%nat -> Rabs (v i) <= total d (fun i => dual_norm p (unit i)).
Proof.
  intros V I. pose proof (coordinate_le_norm p i v I) as C. pose proof (non_negative_dual_norm p (unit i)) as P.
  pose proof (one_of_a_sum d (fun i => dual_norm p (unit i)) (fun i _ => non_negative_dual_norm p (unit i)) i I) as O.
  cbv beta in O. assert (dual_norm p (unit i) * norm p v <= dual_norm p (unit i) * 1) by (apply Rmult_le_compat_l; auto).
  lra.
Qed.

Lemma norm_1_of_unit_ball v :
  norm p v <= 1 -> norm_1 d v <= INR d * total d (fun i => dual_norm p (unit i)).
Proof. intros V. rewrite <- total_const. apply sum_of_inequalities. intros i I. apply coordinate_of_unit_ball; auto. Qed.

Lemma dual_norm_at_most u : dual_norm p u <= total d (fun i => dual_norm p (unit i)) * norm_1 d u.
Proof.
  rewrite <- attained_dual_norm. unfold dot, norm_1. rewrite <- total_scale. apply sum_of_inequalities. intros i I.
  pose proof (coordinate_of_unit_ball (maximizer p u) i (unit_maximizer p u) I) as B.
  eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult, Rmult_comm. apply Rmult_le_compat_r; [apply Rabs_pos|exact B].
Qed.

Lemma dual_norms_differ u v : Rabs (dual_norm p u - dual_norm p v) <= dual_norm p (u - v).
Proof.
  pose proof (triangle_inequality p (u - v) v) as A. pose proof (triangle_inequality p (v - u) u) as B.
  replace (u - v + v)%V with u in A by vector. replace (v - u + u)%V with v in B by vector.
  rewrite (dual_norm_sub_comm p v u) in B. apply Rabs_le. lra.
Qed.
End Pair.

(* ------------------------------------------------------------------------------------------------ continuity *)

Lemma continuous_in_time_power a n : continuous_in_time a -> continuous_in_time (fun t => a t ^ n).
Proof.
  intros C. apply (continuous_in_time_ext (fun s => stopped a s ^ n)).
  - intros s S. rewrite stopped_later; auto.
  - apply continuous_everywhere. intro s. apply (continuous_comp (stopped a) (fun r => r ^ n)).
    + apply stopped_continuous. exact C.
    + apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. auto.
Qed.

Section Along.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (x : R -> vec).
Hypothesis gradient : forall y, frechet d f (grad y) y.
Hypothesis gradient_continuous : continuous_gradient d grad.
Hypothesis moving : forall i, (i < d)%nat -> continuous_in_time (fun t => x t i).

Lemma continuous_suboptimality f_star (V : R -> R) : (forall t, V t = f (x t) - f_star) -> continuous_in_time V.
Proof.
  intros E t T eps P. destruct (value_is_continuous d f grad x gradient moving t T eps P) as [a [a0 A]].
  exists a. split; auto. intros s S H. rewrite !E.
  replace (f (x s) - f_star - (f (x t) - f_star)) with (f (x s) - f (x t)) by ring. auto.
Qed.

Lemma continuous_dual_norm (p : DualPair d) : continuous_in_time (fun t => dual_norm p (grad (x t))).
Proof.
  set (C := total d (fun i => dual_norm p (unit i)) + 1).
  assert (C0 : 0 < C).
  { assert (0 <= total d (fun i => dual_norm p (unit i))); [|unfold C; lra].
    apply total_nonneg. intros. apply non_negative_dual_norm. }
  intros t T eps P. destruct (gradient_continuous (x t) (eps / C) ltac:(apply Rdiv_lt_0_compat; auto)) as [a [a0 A]].
  destruct (continuous_in_norm d x t T moving a a0) as [b [b0 B]]. exists b. split; auto. intros s S H.
  specialize (A (x s) (B s S H)). eapply Rle_lt_trans; [apply dual_norms_differ|].
  eapply Rle_lt_trans; [apply dual_norm_at_most|]. change (grad (x s) - grad (x t))%V with (sub (grad (x s)) (grad (x t))).
  set (n := norm_1 d (sub (grad (x s)) (grad (x t)))) in *. assert (0 <= n) by apply Flows.norm_1_nonneg.
  apply (Rmult_lt_compat_r C) in A; [|exact C0]. replace (eps / C * C) with eps in A by (field; lra).
  unfold C in A. nra.
Qed.
End Along.

(* ------------------------------------------------------------------------------------------------ velocities *)

(* V moves with the product of the gradient and the velocity. *)
Section Rate.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (f_star : R) (x : R -> vec) (V : R -> R) (c : vec -> R).
Hypothesis gradient : forall y, frechet d f (grad y) y.
Hypothesis V_is : forall t, V t = f (x t) - f_star.

Lemma rises_with_value r t : rises (fun t => f (x t)) r t -> rises V r t.
Proof.
  intros H eps P. destruct (H eps P) as [a [a0 A]]. exists a. split; auto. intros h B. specialize (A h B).
  rewrite !V_is. lra.
Qed.

Lemma rises_along_gradient_flow t : follows d (gradient_flow d c grad) x -> 0 <= t ->
  rises V (dot d (grad (x t)) (c (x t) * grad (x t))%V) t.
Proof.
  intros F T. apply rises_with_value.
  apply (chain_rule_of_inclusion d f (grad (x t)) _ x t _ (norm_1 d (c (x t) * grad (x t))%V) F T (gradient (x t))).
  - intros w W. right. apply total_ext. intros i I. rewrite (W i I). reflexivity.
  - intros w W. right. apply dot_ext_r. exact W.
Qed.

Lemma rises_along_steepest_flow (p : DualPair d) t : follows d (steepest_flow p c grad) x -> 0 <= t ->
  rises V (dot d (grad (x t)) (c (x t) * maximizer p (grad (x t)))%V) t.
Proof.
  intros F T. apply rises_with_value.
  apply (chain_rule_of_inclusion d f (grad (x t)) _ x t _
           (Rabs (c (x t)) * (INR d * total d (fun i => dual_norm p (unit i)))) F T (gradient (x t))).
  - intros w [v [N [_ W]]]. apply Rle_trans with (Rabs (c (x t)) * norm_1 d v).
    + right. unfold norm_1. rewrite <- total_scale. apply total_ext. intros i I. rewrite (W i I). apply Rabs_mult.
    + apply Rmult_le_compat_l; [apply Rabs_pos|]. apply norm_1_of_unit_ball. exact N.
  - intros w [v [_ [E W]]]. right. rewrite (dot_ext_r d _ w (c (x t) * v)%V W), !dot_scale_r, E, attained_dual_norm.
    reflexivity.
Qed.
End Rate.

(* The comparison with a Riccati equation, with its premises in the order of signproof. *)
Lemma Riccati (V rate : R -> R) : continuous_in_time V -> (forall t, 0 <= t -> rises V (rate t) t) ->
  forall a, (forall t, 0 <= t -> rate t <= - a * V t ^ 2) -> 0 <= a -> 0 <= V 0 ->
  forall t, 0 <= t -> V t <= V 0 / (1 + a * V 0 * t).
Proof. intros C S a D A P. exact (comparison_with_a_Riccati_equation V rate C S a A P D). Qed.

(* The integral over [0, t] *)
Definition accumulated (a : R -> R) (t : R) : R := RInt a 0 t.

Lemma accumulated_decrease (V rate : R -> R) : continuous_in_time V -> (forall t, 0 <= t -> rises V (rate t) t) ->
  forall c a, continuous_in_time a -> (forall t, 0 <= t -> c * a t <= - rate t) ->
  forall t, 0 <= t -> c * accumulated a t <= V 0 - V t.
Proof. exact (decrease_over_time V rate). Qed.

Lemma accumulated_least a p t : continuous_in_time a -> (forall s, 0 <= s -> 0 <= a s) -> 0 <= t ->
  t * least_so_far a t ^ p <= accumulated (fun s => a s ^ p) t.
Proof. exact (least_over_time a p t). Qed.

Lemma accumulated_least_itself a t : continuous_in_time a -> (forall s, 0 <= s -> 0 <= a s) -> 0 <= t ->
  t * least_so_far a t <= accumulated a t.
Proof.
  intros C P T. pose proof (accumulated_least a 1 t C P T) as H. rewrite pow_1 in H.
  replace (accumulated a t) with (accumulated (fun s => a s ^ 1) t); [exact H|].
  apply RInt_ext. intros. apply pow_1.
Qed.

(* Numbers that are continuous along a trajectory. *)
Ltac continuous_along C flow :=
  repeat (apply (continuous_in_time_power (fun t => dual_norm _ _))); apply (continuous_dual_norm _ _ _ C (proj1 flow)).
