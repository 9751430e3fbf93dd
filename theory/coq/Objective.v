(* Objectives on R^d: gradients, infima, and the assumptions of signproof, with what follows from them. *)
From Coq Require Import Reals Lra Lia Psatz FunctionalExtensionality Classical.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms.
Open Scope R_scope.

(* ------------------------------------------------------------------------------------------------ definitions *)

(* f is differentiable with this gradient: along every line through every point, f has the slope <grad f(x), h>. This
   is Gateaux's notion, the weakest; what is proved of it holds for Fréchet's. *)
Definition differentiable (d : nat) (f : vec -> R) (grad : vec -> vec) : Prop :=
  forall x h, is_derive (fun t => f (x + t * h)%V) 0 (dot d (grad x) h).

(* f* is the greatest lower bound of f. *)
Definition is_infimum (f : vec -> R) (f_star : R) : Prop :=
  (forall x, f_star <= f x) /\ (forall b, (forall x, b <= f x) -> b <= f_star).

(* ||grad f(x) - grad f(y)||_* <= L ||x - y|| *)
Definition smooth {d} (p : DualPair d) (grad : vec -> vec) (L : R) : Prop :=
  forall x y, dual_norm p (grad x - grad y) <= L * norm p (x - y).

(* f(x) - f(y) >= <grad f(y), x - y> + (mu/2) ||x - y||^2 *)
Definition strongly_convex {d} (p : DualPair d) (f : vec -> R) (grad : vec -> vec) (mu : R) : Prop :=
  forall x y, f x - f y >= dot d (grad y) (x - y) + mu / 2 * norm p (x - y) ^ 2.

(* ||grad f(x)||_*^2 >= 2 mu (f(x) - f* ) *)
Definition polyak_lojasiewicz {d} (p : DualPair d) (f : vec -> R) (grad : vec -> vec) (f_star mu : R) : Prop :=
  forall x, dual_norm p (grad x) ^ 2 >= 2 * mu * (f x - f_star).

(* f(y) >= f(x) + <grad f(x), y - x> *)
Definition convex (d : nat) (f : vec -> R) (grad : vec -> vec) : Prop :=
  forall y x, f y >= f x + dot d (grad x) (y - x).

(* |grad f(x)_i - grad f(y)_i| <= L_i |x_i - y_i| in each coordinate *)
Definition coordinate_lipschitz (d : nat) (grad : vec -> vec) (L : nat -> R) : Prop :=
  forall x y i, (i < d)%nat -> Rabs (grad x i - grad y i) <= L i * Rabs (x i - y i).

(* signproof lemma "infimum" *)
Lemma infimum f f_star : is_infimum f f_star -> forall x, f_star <= f x.
Proof. intros [Lower _]. exact Lower. Qed.

(* ------------------------------------------------------------------------------------------------ along a line *)

(* Not only at t = 0. *)
Lemma derivative_along_line d f grad x h t :
  differentiable d f grad -> is_derive (fun s => f (x + s * h)%V) t (dot d (grad (x + t * h)%V) h).
Proof.
  intros D. specialize (D (x + t * h)%V h).
  assert (S : is_derive (fun s : R => s - t) t 1) by (auto_derive; [exact I|ring]).
  replace 0 with (t - t) in D by ring.
  pose proof (is_derive_comp (fun s => f (x + t * h + s * h)%V) (fun s => s - t) t _ _ D S) as C.
  unfold scal in C; cbn in C. unfold mult in C; cbn in C. rewrite Rmult_1_l in C.
  eapply is_derive_ext; [|exact C]. intros s. cbn. f_equal. vector.
Qed.

(* A function whose slope is never positive does not rise. *)
Lemma no_rise (phi slope : R -> R) :
  (forall t, is_derive phi t (slope t)) -> (forall t, 0 <= t <= 1 -> slope t <= 0) -> phi 1 <= phi 0.
Proof.
  intros D S. destruct (MVT_gen phi 0 1 slope) as [t [T E]].
  - intros t _. apply D.
  - intros t _. apply continuity_pt_filterlim. apply (ex_derive_continuous phi). exists (slope t). apply D.
  - rewrite Rmin_left, Rmax_right in T by lra. specialize (S t T). lra.
Qed.

(* If the slope of f along h grows by at most c t, f rises by at most the slope and c/2. *)
Lemma below_its_quadratic d f grad x h c :
  differentiable d f grad ->
  (forall t, 0 <= t <= 1 -> dot d (grad (x + t * h)%V) h - dot d (grad x) h <= c * t) ->
  f (x + h)%V <= f x + dot d (grad x) h + c / 2.
Proof.
  intros D S. set (s := dot d (grad x) h) in *.
  pose proof (no_rise (fun t => f (x + t * h)%V - (s * t + c / 2 * t ^ 2))
                      (fun t => dot d (grad (x + t * h)%V) h - (s + c * t))) as B.
  cbn beta in B. rewrite scale_zero, scale_one, add_zero in B.
  enough (f (x + h)%V - (s * 1 + c / 2 * 1 ^ 2) <= f x - (s * 0 + c / 2 * 0 ^ 2)) by lra.
  apply B.
  - intros t. apply (is_derive_minus (fun t => f (x + t * h)%V) (fun t => s * t + c / 2 * t ^ 2)).
    + apply derivative_along_line, D.
    + auto_derive; [exact I|field].
  - intros t T. specialize (S t T). lra.
Qed.

(* What differentiable functions do with coordinates that do not count: nothing. *)
Lemma depends_on_coordinates d f grad x y :
  differentiable d f grad -> (forall i, (i < d)%nat -> x i = y i) -> f x = f y.
Proof.
  intros D E.
  assert (le : forall u v, (forall i, (i < d)%nat -> u i = v i) -> f v <= f u).
  { intros u v E'. assert (Z : forall w, dot d w (v - u) = 0).
    { intros w. rewrite (dot_ext_r d w _ zero), dot_zero_r; auto.
      intros i I. unfold sub, zero. rewrite E'; auto. ring. }
    pose proof (below_its_quadratic d f grad u (v - u) 0 D) as Q. rewrite add_sub, Z in Q.
    enough (f v <= f u + 0 + 0 / 2) by lra. apply Q. intros t _. rewrite !Z. lra. }
  apply Rle_antisym; apply le; auto. intros i I. symmetry. auto.
Qed.

(* signproof lemma "descent lemma" *)
Lemma descent_lemma {d} (p : DualPair d) f grad L :
  differentiable d f grad -> smooth p grad L ->
  forall y x, f y <= f x + dot d (grad x) (y - x) + L / 2 * norm p (y - x) ^ 2.
Proof.
  intros D S y x. set (h := (y - x)%V). replace y with (x + h)%V by apply add_sub.
  replace (L / 2 * norm p h ^ 2) with (L * norm p h ^ 2 / 2) by field.
  apply below_its_quadratic; [exact D|]. intros t T. rewrite <- dot_sub_l.
  pose proof (hoelder p (grad (x + t * h) - grad x)%V h) as H.
  pose proof (S (x + t * h)%V x) as B. pose proof (non_negative_norm p h) as P.
  replace (x + t * h - x)%V with (t * h)%V in B by vector.
  rewrite norm_scale, Rabs_pos_eq in B by lra.
  apply (Rmult_le_compat_r (norm p h)) in B; [|exact P]. lra.
Qed.

(* signproof lemma "descent lemma in coordinates" *)
Lemma descent_lemma_in_coordinates d f grad (L : nat -> R) :
  differentiable d f grad -> coordinate_lipschitz d grad L ->
  forall y x, f y <= f x + dot d (grad x) (y - x) + total d (fun i => L i * (y - x)%V i ^ 2) / 2.
Proof.
  intros D S y x. set (h := (y - x)%V). replace y with (x + h)%V by apply add_sub.
  apply below_its_quadratic; [exact D|]. intros t T.
  rewrite <- dot_sub_l, Rmult_comm, <- total_scale. apply sum_of_inequalities. intros i I.
  specialize (S (x + t * h)%V x i I). unfold sub. unfold add at 2, scale at 2 in S.
  replace (x i + t * h i - x i) with (t * h i) in S by ring.
  rewrite Rabs_mult, (Rabs_pos_eq t) in S by lra.
  eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult.
  apply (Rmult_le_compat_r (Rabs (h i))) in S; [|apply Rabs_pos].
  rewrite <- (pow2_abs (h i)). lra.
Qed.

(* ------------------------------------------------------------------------------------------------ minimum *)

(* A function that is bounded below has an infimum. *)
Lemma infimum_exists f b : (forall x, b <= f x) -> exists f_star, is_infimum f f_star.
Proof.
  intros B. destruct (completeness (fun r => exists x, r = - f x)) as [m [Upper Least]].
  - exists (- b). intros r [x ->]. specialize (B x). lra.
  - exists (- f zero), zero. reflexivity.
  - exists (- m). split.
    + intros x. assert (- f x <= m) by (apply Upper; exists x; reflexivity). lra.
    + intros c C. assert (m <= - c); [|lra]. apply Least. intros r [x ->]. specialize (C x). lra.
Qed.

Section Minimum.
Context {d : nat} (p : DualPair d) (f : vec -> R) (grad : vec -> vec) (f_star mu : R).
Hypothesis convexity : strongly_convex p f grad mu.
Hypothesis mu_pos : 0 < mu.

(* f(x) >= f(0) - ||grad f(0)||_*^2 / (2 mu) *)
Lemma strongly_convex_bounded_below x : f zero - dual_norm p (grad zero) ^ 2 / (2 * mu) <= f x.
Proof.
  pose proof (convexity x zero) as G. pose proof (hoelder p (grad zero) (-1 * (x - zero))) as H.
  rewrite dot_scale_r, norm_scale, Rabs_left in H by lra.
  set (N := dual_norm p (grad zero)) in *. set (r := norm p (x - zero)) in *.
  assert (Square : 0 <= (mu * r - N) ^ 2 / (2 * mu)).
  { apply Rdiv_le_0_compat; [apply pow2_ge_0|lra]. }
  replace ((mu * r - N) ^ 2 / (2 * mu)) with (mu / 2 * r ^ 2 - N * r + N ^ 2 / (2 * mu)) in Square by (field; lra).
  lra.
Qed.

Hypothesis inf : is_infimum f f_star.

(* Two points at which f is almost as small as it can be are close: f at their midpoint is not below f*. *)
Lemma close_where_small x y : mu / 4 * norm p (x - y) ^ 2 <= f x + f y - 2 * f_star.
Proof.
  set (m := (/ 2 * (x + y))%V). set (h := (/ 2 * (x - y))%V).
  pose proof (convexity x m) as X. pose proof (convexity y m) as Y. pose proof (infimum _ _ inf m) as M.
  replace (x - m)%V with (1 * h)%V in X by (unfold m, h; vector; field).
  replace (y - m)%V with (-1 * h)%V in Y by (unfold m, h; vector; field).
  rewrite dot_scale_r, norm_scale, Rmult_1_l, Rabs_R1 in X.
  rewrite dot_scale_r, norm_scale, Rabs_left in Y by lra.
  assert (H : norm p h = / 2 * norm p (x - y)) by (unfold h; rewrite norm_scale, Rabs_pos_eq; lra).
  rewrite H in X, Y. lra.
Qed.

(* Near the minimum: what holds wherever f < f* + eps for some eps > 0. *)
Let near (P : vec -> Prop) : Prop := exists eps, 0 < eps /\ forall x, f x < f_star + eps -> P x.

Lemma small_somewhere eps : 0 < eps -> exists x, f x < f_star + eps.
Proof.
  intros E. apply NNPP. intros N. destruct inf as [_ Greatest].
  assert (f_star + eps <= f_star); [|lra]. apply Greatest. intros x.
  apply Rnot_lt_le. intros S. apply N. exists x. exact S.
Qed.

Lemma near_filter : ProperFilter near.
Proof.
  split.
  - intros P [e [E A]]. destruct (small_somewhere e E) as [x S]. exists x. auto.
  - split.
    + exists 1. split; [lra|auto].
    + intros P Q [e [E A]] [e' [E' A']]. exists (Rmin e e'). split; [apply Rmin_pos; auto|].
      intros x S. pose proof (Rmin_l e e'). pose proof (Rmin_r e e'). split; [apply A|apply A']; lra.
    + intros P Q I [e [E A]]. exists e. auto.
Qed.

(* Each coordinate converges. *)
Lemma near_cauchy i (eps : posreal) : (i < d)%nat ->
  exists r, near (fun x => Hierarchy.ball r eps (x i)).
Proof.
  intros I. set (C := dual_norm p (unit i) + 1).
  assert (CP : 1 <= C) by (unfold C; pose proof (non_negative_dual_norm p (unit i)); lra).
  assert (EP := cond_pos eps). set (e := mu * eps ^ 2 / (8 * C ^ 2)).
  assert (E : 0 < e) by (apply Rdiv_lt_0_compat; apply Rmult_lt_0_compat; try apply pow_lt; lra).
  destruct (small_somewhere e E) as [y Y]. exists (y i), e. split; [exact E|]. intros x X.
  change (Rabs (x i - y i) < eps).
  pose proof (coordinate_le_norm p i (x - y)%V I) as Le. unfold sub at 1 in Le.
  pose proof (close_where_small x y) as Close. pose proof (non_negative_norm p (x - y)) as P.
  set (r := norm p (x - y)) in *.
  assert (Small : (C * r) ^ 2 < eps ^ 2).
  { assert (B : r ^ 2 < 8 / mu * e).
    { apply (Rmult_lt_reg_l (mu / 4)); [lra|]. replace (mu / 4 * (8 / mu * e)) with (2 * e) by (field; lra). lra. }
    replace (eps ^ 2) with (C ^ 2 * (8 / mu * e)) by (unfold e; field; lra).
    rewrite Rpow_mult_distr. apply Rmult_lt_compat_l; [apply pow_lt; lra|exact B]. }
  assert (Less : C * r < eps).
  { apply Rnot_le_lt. intros Ge. assert (eps ^ 2 <= (C * r) ^ 2) by (apply pow_incr; lra). lra. }
  eapply Rle_lt_trans; [|exact Less]. unfold C. nra.
Qed.

(* signproof lemma "attained minimum" *)
Lemma attained_minimum : exists x_star, f x_star = f_star.
Proof.
  set (image := fun i (P : R -> Prop) => near (fun x => P (x i))).
  set (x_star := (fun i => R_complete_lim (image i)) : vec). exists x_star.
  assert (Limit : forall i, (i < d)%nat -> forall eps : posreal, near (fun x => Rabs (x i - x_star i) < eps)).
  { intros i I eps. apply (R_complete (image i)).
    - exact (filtermap_proper_filter vec R (fun x => x i) near near_filter).
    - intros e. exact (near_cauchy i e I). }
  assert (All : forall n, (n <= d)%nat -> forall eps : posreal,
    near (fun x => forall i, (i < n)%nat -> Rabs (x i - x_star i) < eps)).
  { pose proof near_filter as F. induction n as [|n IH]; intros N eps.
    - exists 1. split; [lra|]. intros x _ i I. lia.
    - assert (N' : (n <= d)%nat) by lia.
      eapply filter_imp; [|exact (filter_and _ _ (IH N' eps) (Limit n N eps))].
      intros x [A B] i I. destruct (Nat.eq_dec i n) as [->|]; [exact B|apply A; lia]. }
  apply Rle_antisym; [|apply (infimum _ _ inf)]. apply le_epsilon. intros eps E.
  set (g := grad x_star).
  assert (G : 0 <= norm_1 d g) by (apply total_nonneg; intros; apply Rabs_pos).
  assert (E' : 0 < eps / 2 / (norm_1 d g + 1)) by (apply Rdiv_lt_0_compat; lra).
  set (e := mkposreal _ E'). destruct (All d (le_n d) e) as [e' [P' A]].
  destruct (small_somewhere (Rmin e' (eps / 2))) as [x X]; [apply Rmin_pos; lra|].
  pose proof (Rmin_l e' (eps / 2)). pose proof (Rmin_r e' (eps / 2)).
  assert (Near : norm_inf d (x_star - x) <= e).
  { apply largest_coordinate; [left; apply cond_pos|]. intros i I. left. unfold sub.
    rewrite Rabs_minus_sym. apply A; [lra|exact I]. }
  pose proof (dot_le_norm_1_norm_inf d g (x_star - x)) as H1.
  assert (norm_1 d g * norm_inf d (x_star - x) <= eps / 2).
  { eapply Rle_trans; [apply Rmult_le_compat_l; [exact G|exact Near]|]. cbn.
    apply (Rmult_le_reg_r (norm_1 d g + 1)); [lra|]. field_simplify; [|lra]. nra. }
  pose proof (convexity x x_star) as Below. fold g in Below.
  rewrite dot_sub_r in H1, Below. pose proof (pow2_ge_0 (norm p (x - x_star))). nra.
Qed.
End Minimum.

(* signproof lemma "attained minimum": the infimum is there, too *)
Lemma strongly_convex_has_minimum {d} (p : DualPair d) f grad mu :
  strongly_convex p f grad mu -> 0 < mu -> exists x_star, is_infimum f (f x_star).
Proof.
  intros S M. destruct (infimum_exists f _ (strongly_convex_bounded_below p f grad mu S M)) as [f_star I].
  destruct (attained_minimum p f grad f_star mu S M I) as [x_star E]. exists x_star. rewrite E. exact I.
Qed.
