(* Propositions 1 and 2 of scaled-sign: the gradient flow x' = -beta grad f(x), and the sign flow
   x' = -beta sign(grad f(x)) in Filippov's sense, where any number in [-1, 1] may stand for the sign of 0. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms Recursion Expectation Flows.
Open Scope R_scope.

Lemma square_of_norm_2 d u : norm_2 d u ^ 2 = total d (fun i => u i ^ 2).
Proof. rewrite <- euclidean_norm. apply total_ext. intros. ring. Qed.

Section Problem.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (fstar beta : R).
Hypothesis gradient : forall x, frechet d f (grad x) x.
(* f is continuously differentiable. *)
Hypothesis gradient_continuous : forall x eps, 0 < eps -> exists delta, 0 < delta /\
  forall y, norm_1 d (sub y x) < delta -> norm_1 d (sub (grad y) (grad x)) < eps.
Hypothesis infimum : forall x, fstar <= f x.
Hypothesis beta_positive : 0 < beta.

Definition gradient_flow (x w : vec) : Prop := forall i, (i < d)%nat -> w i = - beta * grad x i.
Definition sign_flow (x w : vec) : Prop :=
  forall i, (i < d)%nat -> Rabs (w i) <= beta /\ grad x i * w i = - beta * Rabs (grad x i).

Definition V (x : R -> vec) (t : R) : R := f (x t) - fstar.
Definition convex : Prop := forall x y, dot d (grad y) (sub x y) <= f x - f y.

(* ---------------------------------------------------------------------------------- what holds along any trajectory *)

Section Trajectory.
Variable x : R -> vec.
Hypothesis moving : forall i, (i < d)%nat -> continuous_in_time (fun t => x t i).

Lemma V_continuous : continuous_in_time (V x).
Proof.
  intros t T eps P. destruct (value_is_continuous d f grad x gradient moving t T eps P) as [a [a0 A]].
  exists a. split; auto. intros s S H. unfold V.
  replace (f (x s) - fstar - (f (x t) - fstar)) with (f (x s) - f (x t)) by ring. auto.
Qed.

Lemma V_nonneg t : 0 <= V x t.
Proof. unfold V. generalize (infimum (x t)). lra. Qed.

Lemma gradient_along_x_continuous t : 0 <= t -> forall eps, 0 < eps -> exists delta, 0 < delta /\
  forall s, 0 <= s -> Rabs (s - t) < delta -> norm_1 d (sub (grad (x s)) (grad (x t))) < eps.
Proof.
  intros T eps P. destruct (gradient_continuous (x t) eps P) as [a [a0 A]].
  destruct (continuous_in_norm d x t T moving a a0) as [b [b0 B]]. exists b. split; auto.
Qed.

Lemma gradient_norm_1_continuous : continuous_in_time (fun t => norm_1 d (grad (x t))).
Proof.
  intros t T eps P. destruct (gradient_along_x_continuous t T eps P) as [a [a0 A]]. exists a. split; auto.
  intros s S H. specialize (A s S H). eapply Rle_lt_trans; [|exact A].
  assert (G : forall u v, norm_1 d u - norm_1 d v <= norm_1 d (sub u v)).
  { intros u v. unfold norm_1, sub. clear. induction d; cbn [total]; [lra|].
    pose proof (Rabs_triang_inv (u n) (v n)). lra. }
  assert (W : forall u v, norm_1 d (sub u v) = norm_1 d (sub v u)).
  { intros u v. apply total_ext. intros. unfold sub. apply Rabs_minus_sym. }
  apply Rabs_le. pose proof (G (grad (x s)) (grad (x t))). pose proof (G (grad (x t)) (grad (x s))) as G2.
  rewrite W in G2. lra.
Qed.

Lemma coordinate_at_most_norm_1 u i : (i < d)%nat -> Rabs (u i) <= norm_1 d u.
Proof. intros Hi. apply (one_of_a_sum d (fun i => Rabs (u i)) (fun i _ => Rabs_pos (u i))). exact Hi. Qed.

Lemma gradient_norm_2_continuous : continuous_in_time (fun t => norm_2 d (grad (x t))).
Proof.
  set (y := fun t i => stopped (fun t => grad (x t) i) t).
  assert (C : forall i, (i < d)%nat -> forall t, continuous (fun t => y t i) t).
  { intros i Hi. apply stopped_continuous. intros t T eps P.
    destruct (gradient_along_x_continuous t T eps P) as [a [a0 A]]. exists a. split; auto. intros s S H.
    eapply Rle_lt_trans; [|apply (A s S H)]. apply (coordinate_at_most_norm_1 (sub (grad (x s)) (grad (x t))) i Hi). }
  apply (continuous_in_time_ext (fun t => norm_2 d (y t))).
  - intros t T. unfold norm_2, dot, y. f_equal. apply total_ext. intros i _. rewrite stopped_later; auto.
  - apply continuous_everywhere. intro t. unfold norm_2.
    apply (continuous_comp (fun t => dot d (y t) (y t)) sqrt); [unfold dot|apply continuous_sqrt].
    clear - C. revert C. generalize y. clear y. intros y C. revert C. induction d; intro C; cbn [total].
    + apply continuous_const.
    + apply (continuous_plus (fun t => total n (fun i => y t i * y t i)) (fun t => y t n * y t n)); [apply IHn; auto|].
      apply (continuous_mult (fun t => y t n) (fun t => y t n)); apply C; lia.
Qed.

(* From V' <= -beta N^p to the least_so_far N: (27) of scaled-sign and what follows from it *)
Lemma least_of_what_drives N p : continuous_in_time N -> (forall t, 0 <= t -> 0 <= N t) ->
  (forall t, 0 <= t -> rises (V x) (- (beta * N t ^ p)) t) ->
  forall t, 0 < t -> beta * t * least_so_far N t ^ p <= V x 0.
Proof.
  intros C P H t T.
  assert (Cp : continuous_in_time (fun s => N s ^ p)).
  { apply (continuous_in_time_ext (fun s => stopped N s ^ p)).
    - intros s S. rewrite stopped_later; auto.
    - apply continuous_everywhere. intro s. apply (continuous_comp (stopped N) (fun r => r ^ p)).
      + apply stopped_continuous. exact C.
      + apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. auto. }
  pose proof (decrease_over_time (V x) (fun t => - (beta * N t ^ p)) V_continuous H beta (fun s => N s ^ p) Cp) as D.
  cbv beta in D. specialize (D ltac:(intros; lra) t ltac:(lra)).
  pose proof (least_over_time N p t C P ltac:(lra)) as Q. pose proof (V_nonneg t).
  apply (Rmult_le_compat_l beta) in Q; [|lra]. lra.
Qed.

(* A minimizer that is no farther away than D, from every point of the sublevel set of the start. *)
Definition near_minimizers (close : vec -> Prop) : Prop :=
  forall y, f y <= f (x 0) -> exists z, f z = fstar /\ close (sub y z).

Lemma in_sublevel_set N : (forall t, 0 <= t -> 0 <= N t) -> (forall t, 0 <= t -> rises (V x) (- (beta * N t)) t) ->
  forall t, 0 <= t -> f (x t) <= f (x 0).
Proof.
  intros P H t T.
  pose proof (monotonicity (V x) (fun t => - (beta * N t)) V_continuous H) as M.
  assert (V x t <= V x 0); [|unfold V in *; lra]. apply M; auto. intros s S. specialize (P s S).
  assert (0 <= beta * N s) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma gap_at_most_slope close t : convex -> near_minimizers close -> f (x t) <= f (x 0) ->
  exists u, close u /\ V x t <= dot d (grad (x t)) u.
Proof.
  intros C M S. destruct (M (x t) S) as [z [Z K]]. exists (sub (x t) z). split; auto.
  specialize (C z (x t)). unfold V. rewrite <- Z.
  replace (dot d (grad (x t)) (sub z (x t))) with (- dot d (grad (x t)) (sub (x t) z)) in C; [lra|].
  unfold dot. replace (- _) with (-1 * total d (fun i => grad (x t) i * sub (x t) z i)) by ring.
  rewrite <- total_scale. apply total_ext. intros. unfold sub. ring.
Qed.
End Trajectory.

(* ------------------------------------------------------------------------------------------ the gradient flow *)

Section GradientFlow.
Variable x : R -> vec.
Hypothesis flow : follows d gradient_flow x.

(* (25) *)
Lemma gradient_flow_descends t : 0 <= t -> rises (V x) (- (beta * norm_2 d (grad (x t)) ^ 2)) t.
Proof.
  intros T. assert (R0 : rises (fun t => f (x t)) (- (beta * norm_2 d (grad (x t)) ^ 2)) t).
  { apply (chain_rule_of_inclusion d f (grad (x t)) gradient_flow x t _ (beta * norm_1 d (grad (x t))) flow T).
    - apply gradient.
    - intros w W. unfold norm_1. rewrite <- total_scale. apply sum_of_inequalities. intros i Hi.
      rewrite (W i Hi), Rabs_mult, Rabs_Ropp, (Rabs_pos_eq beta); lra.
    - intros w W. right. rewrite square_of_norm_2. unfold dot. replace (- _)
        with (- beta * total d (fun i => grad (x t) i ^ 2)) by ring.
      rewrite <- total_scale. apply total_ext. intros i Hi. rewrite (W i Hi). ring. }
  intros eps P. destruct (R0 eps P) as [a [a0 A]]. exists a. split; auto. intros h H. specialize (A h H). unfold V. lra.
Qed.

(* scaled-sign/proposition-1.1 *)
Theorem proposition_1_1 D t : convex -> 0 < D -> near_minimizers x (fun u => norm_2 d u <= D) -> 0 < t ->
  V x t <= D ^ 2 * V x 0 / (D ^ 2 + V x 0 * beta * t).
Proof.
  intros C D0 M T. pose proof (proj1 flow) as moving. assert (D2 : 0 < D ^ 2) by (apply pow_lt; exact D0).
  pose proof (V_nonneg x 0) as S.
  pose proof (comparison_with_a_Riccati_equation (V x) (fun t => - (beta * norm_2 d (grad (x t)) ^ 2))
                (V_continuous x moving) gradient_flow_descends (beta / D ^ 2)) as R.
  assert (A : 0 <= beta / D ^ 2) by (apply Rlt_le, Rdiv_lt_0_compat; auto).
  specialize (R A S). cbv beta in R.
  replace (D ^ 2 * V x 0 / (D ^ 2 + V x 0 * beta * t)) with (V x 0 / (1 + beta / D ^ 2 * V x 0 * t)).
  - apply R; [|lra]. intros s Hs.
    assert (B : f (x s) <= f (x 0)).
    { apply (in_sublevel_set x moving (fun t => norm_2 d (grad (x t)) ^ 2)); auto.
      - intros. apply pow2_ge_0.
      - exact gradient_flow_descends. }
    destruct (gap_at_most_slope x _ s C M B) as [u [U G]]. cbv beta in U.
    pose proof (total_Cauchy_Schwarz d (grad (x s)) u) as Q. fold (dot d (grad (x s)) u) in Q.
    rewrite <- !square_of_norm_2 in Q. pose proof (V_nonneg x s) as Vs. pose proof (norm_2_nonneg d u).
    assert (norm_2 d u ^ 2 <= D ^ 2) by (apply pow_incr; auto).
    assert (V x s ^ 2 <= dot d (grad (x s)) u ^ 2) by (apply pow_incr; auto).
    pose proof (pow2_ge_0 (norm_2 d (grad (x s)))) as N.
    assert (norm_2 d (grad (x s)) ^ 2 * norm_2 d u ^ 2 <= norm_2 d (grad (x s)) ^ 2 * D ^ 2)
      by (apply Rmult_le_compat_l; auto).
    assert (beta / D ^ 2 * V x s ^ 2 <= beta / D ^ 2 * (norm_2 d (grad (x s)) ^ 2 * D ^ 2))
      by (apply Rmult_le_compat_l; lra).
    replace (beta / D ^ 2 * (norm_2 d (grad (x s)) ^ 2 * D ^ 2)) with (beta * norm_2 d (grad (x s)) ^ 2) in H3
      by (field; lra). lra.
  - field. assert (0 <= V x 0 * beta * t) by (repeat apply Rmult_le_pos; lra). split; lra.
Qed.

(* scaled-sign/proposition-1.2 *)
Theorem proposition_1_2 t : 0 < t -> least_so_far (fun s => norm_2 d (grad (x s))) t <= sqrt (V x 0 / (beta * t)).
Proof.
  intros T. pose proof (proj1 flow) as moving.
  pose proof (least_of_what_drives x moving (fun s => norm_2 d (grad (x s))) 2 (gradient_norm_2_continuous x moving)
                (fun s _ => norm_2_nonneg d _) gradient_flow_descends t T) as H.
  assert (0 < beta * t) by (apply Rmult_lt_0_compat; auto).
  destruct (least_is_attained (fun s => norm_2 d (grad (x s))) t (gradient_norm_2_continuous x moving) ltac:(lra))
    as [m [_ [E _]]].
  assert (P : 0 <= least_so_far (fun s => norm_2 d (grad (x s))) t) by (rewrite E; apply norm_2_nonneg).
  rewrite <- (sqrt_pow2 _ P). apply sqrt_le_1_alt. apply -> Rle_div_r; lra.
Qed.
End GradientFlow.

(* ------------------------------------------------------------------------------------------ the sign flow *)

Section SignFlow.
Variable x : R -> vec.
Hypothesis flow : follows d sign_flow x.

(* (28) *)
Lemma sign_flow_descends t : 0 <= t -> rises (V x) (- (beta * norm_1 d (grad (x t)))) t.
Proof.
  intros T. assert (R0 : rises (fun t => f (x t)) (- (beta * norm_1 d (grad (x t)))) t).
  { apply (chain_rule_of_inclusion d f (grad (x t)) sign_flow x t _ (INR d * beta) flow T).
    - apply gradient.
    - intros w W. rewrite <- total_const. apply sum_of_inequalities. intros i Hi. apply (W i Hi).
    - intros w W. right. unfold dot, norm_1. replace (- _)
        with (- beta * total d (fun i => Rabs (grad (x t) i))) by ring.
      rewrite <- total_scale. apply total_ext. intros i Hi. apply (W i Hi). }
  intros eps P. destruct (R0 eps P) as [a [a0 A]]. exists a. split; auto. intros h H. specialize (A h H). unfold V. lra.
Qed.

(* scaled-sign/proposition-2.1 *)
Theorem proposition_2_1 D t :
  convex -> 0 < D -> near_minimizers x (fun u => forall i, (i < d)%nat -> Rabs (u i) <= D) -> 0 < t ->
  V x t <= V x 0 * exp (- beta * t / D).
Proof.
  intros C D0 M T. pose proof (proj1 flow) as moving.
  pose proof (Gronwall (V x) (fun t => - (beta * norm_1 d (grad (x t)))) (V_continuous x moving) sign_flow_descends
                (beta / D)) as R. cbv beta in R.
  replace (- beta * t / D) with (- (beta / D) * t) by (field; lra). apply R; [|lra]. intros s Hs.
  assert (B : f (x s) <= f (x 0)).
  { apply (in_sublevel_set x moving (fun t => norm_1 d (grad (x t)))); auto.
    - intros. apply norm_1_nonneg.
    - exact sign_flow_descends. }
  destruct (gap_at_most_slope x _ s C M B) as [u [U G]]. cbv beta in U.
  assert (Q : dot d (grad (x s)) u <= D * norm_1 d (grad (x s))).
  { unfold dot, norm_1. rewrite <- total_scale. apply sum_of_inequalities. intros i Hi.
    eapply Rle_trans; [apply Rle_abs|].
    rewrite Rabs_mult, Rmult_comm. apply Rmult_le_compat_r; [apply Rabs_pos|]. apply U. exact Hi. }
  assert (beta / D * V x s <= beta / D * (D * norm_1 d (grad (x s)))).
  { apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; auto|lra]. }
  replace (beta / D * (D * norm_1 d (grad (x s)))) with (beta * norm_1 d (grad (x s))) in H by (field; lra). lra.
Qed.

(* scaled-sign/proposition-2.2 *)
Theorem proposition_2_2 t : 0 < t -> least_so_far (fun s => norm_1 d (grad (x s))) t <= V x 0 / (beta * t).
Proof.
  intros T. pose proof (proj1 flow) as moving.
  assert (descends : forall s, 0 <= s -> rises (V x) (- (beta * norm_1 d (grad (x s)) ^ 1)) s).
  { intros s S. rewrite pow_1. apply sign_flow_descends. exact S. }
  pose proof (least_of_what_drives x moving (fun s => norm_1 d (grad (x s))) 1 (gradient_norm_1_continuous x moving)
                (fun s _ => norm_1_nonneg d _) descends t T) as H.
  assert (0 < beta * t) by (apply Rmult_lt_0_compat; auto). rewrite pow_1 in H. apply -> Rle_div_r; lra.
Qed.
End SignFlow.
End Problem.

Definition propositions := (@proposition_1_1, @proposition_1_2, @proposition_2_1, @proposition_2_2).
Print Assumptions propositions.
