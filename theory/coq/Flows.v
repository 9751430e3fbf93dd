(* Flows: what a bound on the rate of a quantity V(t), t >= 0, says of its values.

   Functions of time are considered for t >= 0 alone. Of V it is asked that it be continuous and that it rise at time t
   at the rate r(t) at most, [rises V (r t) t]: its upper right derivative is at most r(t). So it is
   - if V is differentiable with V'(t) <= r(t) for every t: [rises_by_derivative];
   - if V is absolutely continuous with V'(t) <= r(t) for almost every t and r is continuous: then V(b) - V(a), the
     integral of V' over [a, b], is at most that of r, and [rises_by_integral] applies. *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms Recursion Expectation.
Open Scope R_scope.

(* Continuous for t >= 0. *)
Definition continuous_in_time (V : R -> R) : Prop :=
  forall t, 0 <= t -> forall eps, 0 < eps ->
    exists delta, 0 < delta /\ forall s, 0 <= s -> Rabs (s - t) < delta -> Rabs (V s - V t) < eps.

Definition rises (V : R -> R) (r t : R) : Prop :=
  forall eps, 0 < eps -> exists delta, 0 < delta /\ forall h, 0 <= h < delta -> V (t + h) - V t <= (r + eps) * h.

(* ------------------------------------------------------------------------------------------------ continuity *)

Lemma continuous_near (V : R -> R) t : continuous V t -> forall eps, 0 < eps ->
  exists delta, 0 < delta /\ forall s, Rabs (s - t) < delta -> Rabs (V s - V t) < eps.
Proof.
  intros H eps P. destruct (proj1 (filterlim_locally V (V t)) H (mkposreal eps P)) as [d D].
  exists d. split; [apply cond_pos|]. intros s S. apply (D s S).
Qed.

Lemma continuous_from_near (V : R -> R) t :
  (forall eps, 0 < eps -> exists delta, 0 < delta /\ forall s, Rabs (s - t) < delta -> Rabs (V s - V t) < eps) ->
  continuous V t.
Proof.
  intros H. apply (proj2 (filterlim_locally V (V t))). intros eps. destruct (H eps (cond_pos eps)) as [d [P D]].
  exists (mkposreal d P). intros s S. apply (D s S).
Qed.

Lemma continuous_everywhere V : (forall t, continuous V t) -> continuous_in_time V.
Proof.
  intros H t _ eps P. destruct (continuous_near V t (H t) eps P) as [d [D N]]. exists d. split; auto.
Qed.

Lemma continuous_in_time_ext V W : (forall t, 0 <= t -> V t = W t) -> continuous_in_time V -> continuous_in_time W.
Proof.
  intros E H t T eps P. destruct (H t T eps P) as [d [D N]]. exists d. split; auto. intros s S B.
  rewrite <- !E by auto. auto.
Qed.

Lemma continuous_in_time_plus V W :
  continuous_in_time V -> continuous_in_time W -> continuous_in_time (fun t => V t + W t).
Proof.
  intros A B t T eps P. destruct (A t T (eps / 2) ltac:(lra)) as [d [D N]].
  destruct (B t T (eps / 2) ltac:(lra)) as [e [E M]].
  exists (Rmin d e). split; [apply Rmin_pos; auto|]. intros s S H.
  assert (Rabs (s - t) < d) by (eapply Rlt_le_trans; [exact H|apply Rmin_l]).
  assert (Rabs (s - t) < e) by (eapply Rlt_le_trans; [exact H|apply Rmin_r]).
  replace (V s + W s - (V t + W t)) with ((V s - V t) + (W s - W t)) by ring.
  eapply Rle_lt_trans; [apply Rabs_triang|]. specialize (N s S ltac:(auto)). specialize (M s S ltac:(auto)). lra.
Qed.

(* A function of time stops before 0. *)
Definition stopped (a : R -> R) (s : R) : R := a (Rmax 0 s).

Lemma stopped_later a s : 0 <= s -> stopped a s = a s.
Proof. intros H. unfold stopped. rewrite Rmax_right; auto. Qed.

Lemma stopped_continuous a : continuous_in_time a -> forall t, continuous (stopped a) t.
Proof.
  intros H t. apply continuous_from_near. intros eps P. destruct (H (Rmax 0 t) (Rmax_l 0 t) eps P) as [d [D N]].
  exists d. split; auto. intros s S. apply N; [apply Rmax_l|]. eapply Rle_lt_trans; [|exact S].
  unfold Rmax. destruct (Rle_dec 0 s), (Rle_dec 0 t); split_Rabs; lra.
Qed.

Lemma stopped_integrable a p q : continuous_in_time a -> ex_RInt (stopped a) p q.
Proof.
  intros H. apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros. apply stopped_continuous. exact H.
Qed.

Lemma integrable a t : continuous_in_time a -> 0 <= t -> ex_RInt a 0 t.
Proof.
  intros H T. apply (ex_RInt_ext (stopped a)); [|apply stopped_integrable; auto].
  intros s S. apply stopped_later. rewrite Rmin_left in S by lra. lra.
Qed.

Lemma integral_of_stopped a t : 0 <= t -> RInt (stopped a) 0 t = RInt a 0 t.
Proof. intros T. apply RInt_ext. intros s S. apply stopped_later. rewrite Rmin_left in S by lra. lra. Qed.

Lemma integral_has_derivative a t : continuous_in_time a -> is_derive (fun t => RInt (stopped a) 0 t) t (stopped a t).
Proof.
  intros H. apply (is_derive_RInt (stopped a) (fun t => RInt (stopped a) 0 t) 0 t).
  - exists (mkposreal 1 Rlt_0_1). intros s _. apply (RInt_correct (V := R_CompleteNormedModule)).
    apply stopped_integrable. exact H.
  - apply stopped_continuous. exact H.
Qed.

(* ------------------------------------------------------------------------------------------------ rates *)

Lemma rises_weaken V q r t : rises V q t -> q <= r -> rises V r t.
Proof.
  intros H L eps P. destruct (H eps P) as [d [D N]]. exists d. split; auto. intros h B. specialize (N h B).
  assert (q * h <= r * h) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma rises_plus V W q r t : rises V q t -> rises W r t -> rises (fun t => V t + W t) (q + r) t.
Proof.
  intros A B eps P. destruct (A (eps / 2) ltac:(lra)) as [d [D N]]. destruct (B (eps / 2) ltac:(lra)) as [e [E M]].
  exists (Rmin d e). split; [apply Rmin_pos; auto|]. intros h [H0 H1].
  assert (h < d) by (eapply Rlt_le_trans; [exact H1|apply Rmin_l]).
  assert (h < e) by (eapply Rlt_le_trans; [exact H1|apply Rmin_r]).
  specialize (N h ltac:(lra)). specialize (M h ltac:(lra)). lra.
Qed.

Lemma rises_ext V W r t : (forall s, 0 <= s -> V s = W s) -> 0 <= t -> rises V r t -> rises W r t.
Proof.
  intros E T H eps P. destruct (H eps P) as [d [D N]]. exists d. split; auto. intros h B.
  rewrite <- !E by lra. auto.
Qed.

Lemma rises_by_derivative V r t : is_derive V t r -> rises V r t.
Proof.
  intros H eps P. apply is_derive_Reals in H. destruct (H eps P) as [d D]. exists d. split; [apply cond_pos|].
  intros h [[B|<-] C].
  - specialize (D h ltac:(lra)). rewrite Rabs_pos_eq in D by lra. specialize (D C).
    apply Rlt_le, Rabs_le_between in D. destruct D as [_ D].
    replace (V (t + h) - V t) with ((V (t + h) - V t) / h * h) by (field; lra).
    apply Rmult_le_compat_r; lra.
  - rewrite Rplus_0_r. lra.
Qed.

Lemma rises_by_integral V r t : continuous_in_time r -> 0 <= t ->
  (forall b, t <= b -> V b - V t <= RInt r t b) -> rises V (r t) t.
Proof.
  intros C T H eps P. destruct (C t T eps P) as [d [D N]]. exists d. split; auto. intros h B.
  eapply Rle_trans; [apply H; lra|].
  assert (I : RInt (fun _ => r t + eps) t (t + h) = (r t + eps) * h).
  { rewrite RInt_const. unfold scal; cbn. unfold mult; cbn. ring. }
  rewrite <- I. apply RInt_le; try lra.
  - apply (ex_RInt_ext (stopped r)); [|apply stopped_integrable; auto].
    intros s S. apply stopped_later. rewrite Rmin_left in S by lra. lra.
  - apply ex_RInt_const.
  - intros s S. specialize (N s ltac:(lra)). assert (Rabs (s - t) < d) by (rewrite Rabs_pos_eq; lra).
    specialize (N H0). apply Rlt_le, Rabs_le_between in N. lra.
Qed.

(* What is never positive at first, and rises at most in proportion to itself where it is positive, never is. *)
Lemma never_positive D c : continuous_in_time D -> 0 <= c -> D 0 <= 0 ->
  (forall t, 0 <= t -> 0 < D t -> rises D (c * D t) t) -> forall t, 0 <= t -> D t <= 0.
Proof.
  intros C c0 D0 H T T0.
  set (K := exp ((c + 1) * T)). assert (K0 : 0 < K) by apply exp_pos.
  enough (G : forall eps, 0 < eps -> D T <= eps * K).
  { apply Rnot_lt_le. intro B. specialize (G (D T / (2 * K)) ltac:(apply Rdiv_lt_0_compat; lra)).
    replace (D T / (2 * K) * K) with (D T / 2) in G by (field; lra). lra. }
  intros eps P. set (B := fun s => eps * exp ((c + 1) * s)).
  assert (Bpos : forall s, 0 <= s -> eps <= B s).
  { intros s S. unfold B. pose proof (exp_ineq1_le ((c + 1) * s)). assert (0 <= (c + 1) * s) by nra. nra. }
  assert (Bup : forall s h, 0 <= s -> 0 <= h -> B s * (1 + (c + 1) * h) <= B (s + h)).
  { intros s h S Hh. unfold B.
    replace ((c + 1) * (s + h)) with ((c + 1) * s + (c + 1) * h) by ring. rewrite exp_plus, Rmult_assoc.
    pose proof (exp_pos ((c + 1) * s)).
    apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; [lra|]. apply exp_ineq1_le. }
  set (good := fun x => 0 <= x <= T /\ forall s, 0 <= s <= x -> D s <= B s).
  assert (G0 : good 0).
  { split; [lra|]. intros s S. replace s with 0 by lra. specialize (Bpos 0 ltac:(lra)). lra. }
  destruct (completeness good) as [m [U L]].
  { exists T. intros x [X _]. lra. }
  { exists 0. exact G0. }
  assert (m0 : 0 <= m) by (apply U; exact G0).
  assert (mT : m <= T) by (apply L; intros x [X _]; lra).
  assert (below : forall s, 0 <= s < m -> D s <= B s).
  { intros s S. apply Rnot_lt_le. intro bad. assert (m <= s); [|lra]. apply L. intros x [X Y].
    apply Rnot_lt_le. intro. specialize (Y s ltac:(lra)). lra. }
  assert (at_m : D m <= B m).
  { apply Rnot_lt_le. intro bad. destruct (Req_dec m 0) as [->|N]; [specialize (Bpos 0 ltac:(lra)); lra|].
    destruct (C m m0 (D m - B m) ltac:(lra)) as [d [d0 Nd]].
    set (s := Rmax 0 (m - d / 2)). assert (0 <= s) by apply Rmax_l. assert (m - d / 2 <= s) by apply Rmax_r.
    assert (s < m) by (unfold s; apply Rmax_lub_lt; lra).
    specialize (Nd s ltac:(auto)). rewrite Rabs_left in Nd by lra. specialize (Nd ltac:(lra)).
    apply Rlt_le, Rabs_le_between in Nd. specialize (below s ltac:(lra)).
    pose proof (Bup s (m - s) ltac:(auto) ltac:(lra)) as Q. replace (s + (m - s)) with m in Q by ring.
    specialize (Bpos s ltac:(auto)). assert (0 < (c + 1) * (m - s)) by (apply Rmult_lt_0_compat; lra).
    assert (0 < B s * ((c + 1) * (m - s))) by (apply Rmult_lt_0_compat; lra). lra. }
  destruct (Req_dec m T) as [->|N]; [exact at_m|]. exfalso.
  assert (beyond : exists d, 0 < d /\ forall h, 0 <= h < d -> D (m + h) <= B (m + h)).
  { destruct (Rlt_dec 0 (D m)) as [pos|neg].
    - destruct (H m m0 pos eps P) as [d [d0 Nd]]. exists d. split; auto. intros h Hh. specialize (Nd h Hh).
      specialize (Bup m h m0 ltac:(lra)). specialize (Bpos m m0). eapply Rle_trans; [|exact Bup].
      assert (c * D m <= c * B m) by (apply Rmult_le_compat_l; auto).
      assert ((c * D m + eps) * h <= (c * B m + B m) * h) by (apply Rmult_le_compat_r; lra). lra.
    - destruct (C m m0 eps P) as [d [d0 Nd]]. exists d. split; auto. intros h Hh. specialize (Nd (m + h) ltac:(lra)).
      replace (m + h - m) with h in Nd by ring. rewrite (Rabs_pos_eq h) in Nd by lra. specialize (Nd ltac:(lra)).
      apply Rlt_le, Rabs_le_between in Nd. specialize (Bpos (m + h) ltac:(lra)). lra. }
  destruct beyond as [d [d0 Nd]]. set (x := Rmin T (m + d / 2)).
  assert (x <= T) by apply Rmin_l. assert (x <= m + d / 2) by apply Rmin_r.
  assert (m < x) by (unfold x; apply Rmin_glb_lt; lra).
  assert (x <= m); [|lra]. apply U. split; [lra|]. intros s S.
  destruct (Rlt_dec s m) as [l|g]; [apply below; lra|].
  replace s with (m + (s - m)) by ring. apply Nd. lra.
Qed.

(* ------------------------------------------------------------------------------------------------ bounds *)

Section Value.
Variables V rate : R -> R.
Hypothesis V_continuous : continuous_in_time V.
Hypothesis V_rises : forall t, 0 <= t -> rises V (rate t) t.

Lemma stays_below W dW c : (forall t, 0 <= t -> is_derive W t (dW t)) -> continuous_in_time W -> 0 <= c ->
  V 0 <= W 0 -> (forall t, 0 <= t -> W t < V t -> rate t - dW t <= c * (V t - W t)) ->
  forall t, 0 <= t -> V t <= W t.
Proof.
  intros D CW c0 S H t T. assert (N : forall t, 0 <= t -> is_derive (fun t => - W t) t (- dW t)).
  { intros s Hs. apply (is_derive_opp W s (dW s)). auto. }
  enough (V t + - W t <= 0) by lra.
  apply (never_positive (fun t => V t + - W t) c); auto; try lra.
  - apply continuous_in_time_plus; auto. intros s Hs eps P. destruct (CW s Hs eps P) as [d [d0 Nd]].
    exists d. split; auto. intros u Hu B.
    replace (- W u - - W s) with (- (W u - W s)) by ring. rewrite Rabs_Ropp. auto.
  - intros s Hs B. apply (rises_weaken _ (rate s + - dW s)).
    + apply rises_plus; auto. apply rises_by_derivative. auto.
    + apply (H s Hs). lra.
Qed.

(* signproof lemma "monotonicity" *)
Lemma monotonicity : (forall t, 0 <= t -> rate t <= 0) -> forall t, 0 <= t -> V t <= V 0.
Proof.
  intros H. apply (stays_below (fun _ => V 0) (fun _ => 0) 0); try lra.
  - intros. apply (is_derive_const (V 0)).
  - apply continuous_everywhere. intro. apply continuous_const.
  - intros t T _. specialize (H t T). lra.
Qed.

(* signproof lemma "Grönwall" *)
Lemma Gronwall a : (forall t, 0 <= t -> rate t <= - a * V t) -> forall t, 0 <= t -> V t <= V 0 * exp (- a * t).
Proof.
  intros H. set (W := fun t => V 0 * exp (- a * t)).
  assert (D : forall t, is_derive W t (- a * W t)) by (intro t; unfold W; auto_derive; [auto|ring]).
  apply (stays_below W (fun t => - a * W t) (Rabs a)); auto.
  - apply continuous_everywhere. intro t. apply (ex_derive_continuous (V := R_NormedModule)). eexists. apply D.
  - apply Rabs_pos.
  - unfold W. rewrite Rmult_0_r, exp_0. lra.
  - intros t T L. specialize (H t T). pose proof (Rle_abs (- a)). rewrite Rabs_Ropp in H0. nra.
Qed.

(* signproof lemma "comparison with a Riccati equation" *)
Lemma comparison_with_a_Riccati_equation a : 0 <= a -> 0 <= V 0 ->
  (forall t, 0 <= t -> rate t <= - a * V t ^ 2) -> forall t, 0 <= t -> V t <= V 0 / (1 + a * V 0 * t).
Proof.
  intros A S H. set (W := fun t => V 0 / (1 + a * V 0 * t)).
  assert (Q : forall t, 0 <= t -> 0 < 1 + a * V 0 * t).
  { intros t T. assert (0 <= a * V 0 * t) by (repeat apply Rmult_le_pos; auto). lra. }
  assert (D : forall t, 0 <= t -> is_derive W t (- a * W t ^ 2)).
  { intros t T. specialize (Q t T). unfold W. auto_derive; [lra|field; lra]. }
  apply (stays_below W (fun t => - a * W t ^ 2) 0); auto; try lra.
  - intros t T. intros eps P.
    assert (C : continuous W t) by (apply (ex_derive_continuous (V := R_NormedModule)); eexists; apply D; exact T).
    destruct (continuous_near W t C eps P) as [d [d0 N]]. exists d. split; auto.
  - unfold W. rewrite Rmult_0_r, Rplus_0_r. lra.
  - intros t T L. specialize (H t T). assert (0 <= W t) by (apply Rdiv_le_0_compat; auto).
    assert (0 <= a * ((V t - W t) * (V t + W t))) by (repeat apply Rmult_le_pos; lra). nra.
Qed.

(* signproof lemma "decrease over time" *)
Lemma decrease_over_time c a : continuous_in_time a -> (forall t, 0 <= t -> c * a t <= - rate t) ->
  forall t, 0 <= t -> c * RInt a 0 t <= V 0 - V t.
Proof.
  intros C H t T. set (W := fun t => V 0 - c * RInt (stopped a) 0 t).
  assert (D : forall t, is_derive W t (0 - c * stopped a t)).
  { intro s. apply (is_derive_minus (fun _ => V 0)).
    - apply (is_derive_const (V 0)).
    - apply (is_derive_scal (fun t => RInt (stopped a) 0 t)). apply integral_has_derivative. exact C. }
  enough (V t <= W t) by (unfold W in H0; rewrite integral_of_stopped in H0 by exact T; lra).
  apply (stays_below W (fun t => 0 - c * stopped a t) 0); auto; try lra.
  - apply continuous_everywhere. intro s. apply (ex_derive_continuous (V := R_NormedModule)). eexists. apply D.
  - assert (Z : RInt (stopped a) 0 0 = 0) by exact (RInt_point (V := R_CompleteNormedModule) 0 (stopped a)).
    unfold W. rewrite Z. lra.
  - intros s Hs _. specialize (H s Hs). rewrite stopped_later by exact Hs. lra.
Qed.
End Value.

(* min over 0 <= s <= t of a(s) *)
Definition least_so_far (a : R -> R) (t : R) : R := real (Glb_Rbar (fun y => exists s, 0 <= s <= t /\ y = a s)).

Lemma least_is_attained a t : continuous_in_time a -> 0 <= t ->
  exists m, 0 <= m <= t /\ least_so_far a t = a m /\ forall s, 0 <= s <= t -> a m <= a s.
Proof.
  intros C T. destruct (continuity_ab_min (stopped a) 0 t T) as [m [M B]].
  { intros c _. apply continuity_pt_filterlim. apply stopped_continuous. exact C. }
  assert (L : forall s, 0 <= s <= t -> a m <= a s).
  { intros s S. specialize (M s S). rewrite !stopped_later in M by lra. exact M. }
  exists m. repeat split; auto; try lra.
  unfold least_so_far. rewrite (is_glb_Rbar_unique _ (Finite (a m))); [reflexivity|]. split.
  - intros y [s [S ->]]. apply L. exact S.
  - intros b H. apply H. exists m. split; auto.
Qed.

(* signproof lemma "least over time" *)
Lemma least_over_time a p t : continuous_in_time a -> (forall s, 0 <= s -> 0 <= a s) -> 0 <= t ->
  t * least_so_far a t ^ p <= RInt (fun s => a s ^ p) 0 t.
Proof.
  intros C P T. destruct (least_is_attained a t C T) as [m [M [-> L]]].
  assert (I : RInt (fun _ => a m ^ p) 0 t = t * a m ^ p).
  { rewrite RInt_const. unfold scal; cbn. unfold mult; cbn. ring. }
  rewrite <- I. apply RInt_le; auto.
  - apply ex_RInt_const.
  - apply (ex_RInt_ext (fun s => stopped a s ^ p)).
    + intros s S. rewrite stopped_later; auto. rewrite Rmin_left in S by lra. lra.
    + apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros s _.
      apply (continuous_comp (stopped a) (fun r => r ^ p)); [apply stopped_continuous; exact C|].
      apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. auto.
  - intros s S. apply pow_incr. split; [apply P; lra|apply L; lra].
Qed.

(* ------------------------------------------------------------------------------------------------ chain rule *)

(* f is differentiable at x, in Fréchet's sense, with the gradient g. Continuously differentiable functions are. *)
Definition frechet (d : nat) (f : vec -> R) (g x : vec) : Prop :=
  forall eps, 0 < eps -> exists delta, 0 < delta /\ forall y, norm_1 d (sub y x) < delta ->
    Rabs (f y - f x - dot d g (sub y x)) <= eps * norm_1 d (sub y x).

(* So are functions that differ from their linear part by a square at most, such as those with a Lipschitz gradient. *)
Lemma frechet_by_quadratic_bound d f g x C :
  (forall y, Rabs (f y - f x - dot d g (sub y x)) <= C * norm_1 d (sub y x) ^ 2) -> frechet d f g x.
Proof.
  intros H eps P. exists (eps / (Rabs C + 1)). pose proof (Rabs_pos C) as C0.
  split; [apply Rdiv_lt_0_compat; lra|]. intros y Y. eapply Rle_trans; [apply H|]. set (n := norm_1 d (sub y x)) in *.
  assert (n0 : 0 <= n) by (apply total_nonneg; intros; apply Rabs_pos).
  apply (Rmult_lt_compat_r (Rabs C + 1)) in Y; [|lra].
  replace (eps / (Rabs C + 1) * (Rabs C + 1)) with eps in Y by (field; lra).
  pose proof (Rle_abs C). assert (n * (C * n) <= n * eps); [|lra]. apply Rmult_le_compat_l; [exact n0|].
  assert (C * n <= Rabs C * n) by (apply Rmult_le_compat_r; auto). lra.
Qed.

(* What is differentiable moves at a bounded speed. *)
Lemma moves_at_bounded_speed d (x : R -> nat -> R) v t :
  (forall i, (i < d)%nat -> is_derive (fun s => x s i) t (v i)) ->
  exists delta, 0 < delta /\ forall h, Rabs h < delta ->
    norm_1 d (sub (x (t + h)) (x t)) <= (norm_1 d v + INR d) * Rabs h.
Proof.
  unfold norm_1, sub. induction d; intros H.
  - exists 1. split; [lra|]. intros h _. cbn. lra.
  - destruct IHd as [e [E N]]; [auto|]. specialize (H d ltac:(lia)). apply is_derive_Reals in H.
    destruct (H 1 Rlt_0_1) as [f F]. pose proof (cond_pos f) as f0. exists (Rmin e f). split; [apply Rmin_pos; auto|].
    intros h B. assert (B1 : Rabs h < e) by (eapply Rlt_le_trans; [exact B|apply Rmin_l]).
    assert (B2 : Rabs h < f) by (eapply Rlt_le_trans; [exact B|apply Rmin_r]).
    specialize (N h B1). rewrite S_INR. cbn [total].
    assert (Rabs (x (t + h) d - x t d) <= (Rabs (v d) + 1) * Rabs h); [|lra].
    destruct (Req_dec h 0) as [->|Z]; [rewrite Rplus_0_r, Rminus_diag_eq, Rabs_R0 by auto; lra|].
    specialize (F h Z B2). replace (x (t + h) d - x t d) with ((x (t + h) d - x t d) / h * h) by (field; auto).
    rewrite Rabs_mult. apply Rmult_le_compat_r; [apply Rabs_pos|].
    replace ((x (t + h) d - x t d) / h) with (v d + ((x (t + h) d - x t d) / h - v d)) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

Lemma dot_has_derivative d g (x : R -> nat -> R) v t :
  (forall i, (i < d)%nat -> is_derive (fun s => x s i) t (v i)) -> is_derive (fun s => dot d g (x s)) t (dot d g v).
Proof.
  unfold dot. induction d; intros H; cbn.
  - apply (is_derive_const 0).
  - apply (is_derive_plus (fun s => total d (fun i => g i * x s i)) (fun s => g d * x s d)); [auto|].
    apply (is_derive_scal (fun s => x s d)). auto.
Qed.

(* signproof lemma "chain rule", where x is differentiable *)
Lemma chain_rule d f g (x : R -> nat -> R) v t :
  frechet d f g (x t) -> (forall i, (i < d)%nat -> is_derive (fun s => x s i) t (v i)) ->
  is_derive (fun s => f (x s)) t (dot d g v).
Proof.
  intros F H. set (rest := fun s => f (x s) - dot d g (x s)).
  assert (R0 : is_derive rest t 0).
  { apply is_derive_Reals. intros eps P. destruct (moves_at_bounded_speed d x v t H) as [e [E M]].
    set (K := norm_1 d v + INR d) in *. assert (0 <= K).
    { apply Rplus_le_le_0_compat; [apply total_nonneg; intros; apply Rabs_pos|apply pos_INR]. }
    destruct (F (eps / (2 * (K + 1))) ltac:(apply Rdiv_lt_0_compat; lra)) as [r [Rr N]].
    assert (J : 0 < Rmin e (r / (K + 1))) by (apply Rmin_pos; [auto|apply Rdiv_lt_0_compat; lra]).
    exists (mkposreal _ J). cbn. intros h Z B.
    assert (B1 : Rabs h < e) by (eapply Rlt_le_trans; [exact B|apply Rmin_l]).
    assert (B2 : Rabs h < r / (K + 1)) by (eapply Rlt_le_trans; [exact B|apply Rmin_r]).
    specialize (M h B1). pose proof (Rabs_pos_lt h Z) as h0.
    apply (Rmult_lt_compat_r (K + 1)) in B2; [|lra]. replace (r / (K + 1) * (K + 1)) with r in B2 by (field; lra).
    specialize (N (x (t + h)) ltac:(nra)).
    assert (S : rest (t + h) - rest t = f (x (t + h)) - f (x t) - dot d g (sub (x (t + h)) (x t))).
    { unfold rest. enough (dot d g (sub (x (t + h)) (x t)) = dot d g (x (t + h)) - dot d g (x t)) by lra.
      unfold dot, sub. clear. induction d; cbn; [ring|]. rewrite IHd. ring. }
    rewrite Rminus_0_r. unfold Rdiv. rewrite Rabs_mult, Rabs_inv, S.
    apply (Rmult_lt_reg_r (Rabs h)); [auto|]. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra.
    eapply Rle_lt_trans; [exact N|].
    assert (Q : eps / (2 * (K + 1)) * (K * Rabs h) < eps * Rabs h).
    { replace (eps / (2 * (K + 1)) * (K * Rabs h)) with (eps * Rabs h * (K / (2 * (K + 1)))) by (field; lra).
      assert (K / (2 * (K + 1)) < 1) by (apply Rlt_div_l; lra).
      assert (0 < eps * Rabs h) by (apply Rmult_lt_0_compat; auto). nra. }
    eapply Rle_lt_trans; [|exact Q]. apply Rmult_le_compat_l; [apply Rlt_le, Rdiv_lt_0_compat; lra|exact M]. }
  pose proof (is_derive_plus rest (fun s => dot d g (x s)) t _ _ R0 (dot_has_derivative d g x v t H)) as D.
  unfold plus in D; cbn in D. rewrite Rplus_0_l in D. eapply is_derive_ext; [|exact D].
  intro s. unfold rest; cbn. ring.
Qed.

(* ------------------------------------------------------------------------------------- differential inclusions *)

(* x' lies in F(x), where the velocity may jump: at every time t the way that x goes in the short time h is h w up to
   o(h), for some w in F(x(t)). An absolutely continuous x is such a solution if x'(t) lies in F(x(t)) for almost every
   t and the F(x) are convex and compact and depend on x upper semicontinuously, as Filippov's do: for s near t, F(x(s))
   is near F(x(t)), hence so is the mean of x' over [t, t + h]. *)
Definition follows (d : nat) (F : (nat -> R) -> (nat -> R) -> Prop) (x : R -> nat -> R) : Prop :=
  (forall i, (i < d)%nat -> continuous_in_time (fun t => x t i)) /\
  forall t, 0 <= t -> forall eps, 0 < eps -> exists delta, 0 < delta /\ forall h, 0 <= h < delta ->
    exists w, F (x t) w /\ norm_1 d (fun i => x (t + h) i - (x t i + h * w i)) <= eps * h.

Lemma norm_1_nonneg d u : 0 <= norm_1 d u.
Proof. apply total_nonneg. intros. apply Rabs_pos. Qed.

Lemma dot_at_most d u v : Rabs (dot d u v) <= norm_1 d u * norm_1 d v.
Proof.
  unfold dot, norm_1. induction d; cbn [total]; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult.
  pose proof (norm_1_nonneg d u) as U. pose proof (norm_1_nonneg d v) as W. unfold norm_1 in U, W.
  pose proof (Rabs_pos (u d)). pose proof (Rabs_pos (v d)).
  assert (0 <= Rabs (u d) * total d (fun i => Rabs (v i))) by (apply Rmult_le_pos; auto).
  assert (0 <= total d (fun i => Rabs (u i)) * Rabs (v d)) by (apply Rmult_le_pos; auto). lra.
Qed.

(* Differentiable solutions are solutions. *)
Lemma differentiable_solution_follows d F (x : R -> nat -> R) :
  (forall t, 0 <= t -> exists w, F (x t) w /\ forall i, (i < d)%nat -> is_derive (fun s => x s i) t (w i)) ->
  follows d F x.
Proof.
  intros H. split.
  - intros i Hi t T eps P. destruct (H t T) as [w [_ D]].
    assert (C : continuous (fun s => x s i) t)
      by (apply (ex_derive_continuous (V := R_NormedModule)); exists (w i); auto).
    destruct (continuous_near _ t C eps P) as [a [a0 A]]. exists a. split; auto.
  - intros t T eps P. destruct (H t T) as [w [Fw D]]. clear H.
    enough (G : exists delta, 0 < delta /\ forall h, 0 <= h < delta ->
              norm_1 d (fun i => x (t + h) i - (x t i + h * w i)) <= eps * h).
    { destruct G as [a [a0 A]]. exists a. split; auto. intros h B. exists w. split; auto. }
    revert eps P. unfold norm_1. induction d; intros eps P.
    + exists 1. split; [lra|]. intros h B. cbn. nra.
    + destruct (IHd (fun i Hi => D i ltac:(lia)) (eps / 2) ltac:(lra)) as [a [a0 A]].
      pose proof (D d ltac:(lia)) as Dd. apply is_derive_Reals in Dd. destruct (Dd (eps / 2) ltac:(lra)) as [b B].
      pose proof (cond_pos b) as b0. exists (Rmin a b). split; [apply Rmin_pos; auto|]. intros h [h0 h1]. cbn [total].
      assert (h < a) by (eapply Rlt_le_trans; [exact h1|apply Rmin_l]).
      assert (h < b) by (eapply Rlt_le_trans; [exact h1|apply Rmin_r]).
      specialize (A h ltac:(lra)). enough (Rabs (x (t + h) d - (x t d + h * w d)) <= eps / 2 * h) by lra.
      destruct h0 as [h0|<-].
      * specialize (B h ltac:(lra)). rewrite (Rabs_pos_eq h) in B by lra. specialize (B ltac:(auto)).
        replace (x (t + h) d - (x t d + h * w d)) with (((x (t + h) d - x t d) / h - w d) * h) by (field; lra).
        rewrite Rabs_mult, (Rabs_pos_eq h) by lra. apply Rmult_le_compat_r; lra.
      * rewrite Rplus_0_r. replace (x t d - (x t d + 0 * w d)) with 0 by ring. rewrite Rabs_R0. lra.
Qed.

(* All coordinates are continuous at once. *)
Lemma continuous_in_norm d (x : R -> nat -> R) t : 0 <= t ->
  (forall i, (i < d)%nat -> continuous_in_time (fun t => x t i)) -> forall eps, 0 < eps ->
  exists delta, 0 < delta /\ forall s, 0 <= s -> Rabs (s - t) < delta -> norm_1 d (sub (x s) (x t)) < eps.
Proof.
  intros T. unfold norm_1, sub. induction d; intros C eps P.
  - exists 1. split; [lra|]. intros. cbn. lra.
  - destruct (IHd (fun i H => C i ltac:(lia)) (eps / 2) ltac:(lra)) as [a [a0 A]].
    destruct (C d ltac:(lia) t T (eps / 2) ltac:(lra)) as [b [b0 B]].
    exists (Rmin a b). split; [apply Rmin_pos; auto|]. intros s S H. cbn [total].
    assert (Rabs (s - t) < a) by (eapply Rlt_le_trans; [exact H|apply Rmin_l]).
    assert (Rabs (s - t) < b) by (eapply Rlt_le_trans; [exact H|apply Rmin_r]).
    specialize (A s S ltac:(auto)). specialize (B s S ltac:(auto)). lra.
Qed.

(* The value of a differentiable function is continuous along x. *)
Lemma value_is_continuous d f grad (x : R -> nat -> R) : (forall y, frechet d f (grad y) y) ->
  (forall i, (i < d)%nat -> continuous_in_time (fun t => x t i)) -> continuous_in_time (fun t => f (x t)).
Proof.
  intros D C t T eps P. destruct (D (x t) 1 Rlt_0_1) as [a [a0 A]]. set (G := norm_1 d (grad (x t))).
  assert (G0 : 0 <= G) by apply norm_1_nonneg.
  assert (J : 0 < Rmin a (eps / (G + 2))) by (apply Rmin_pos; [auto|apply Rdiv_lt_0_compat; lra]).
  destruct (continuous_in_norm d x t T C _ J) as [b [b0 B]]. exists b. split; auto. intros s S H.
  specialize (B s S H). set (n := norm_1 d (sub (x s) (x t))) in *.
  assert (n < a) by (eapply Rlt_le_trans; [exact B|apply Rmin_l]).
  assert (N : n < eps / (G + 2)) by (eapply Rlt_le_trans; [exact B|apply Rmin_r]).
  specialize (A (x s) ltac:(auto)). fold n in A. pose proof (dot_at_most d (grad (x t)) (sub (x s) (x t))) as Q.
  fold G n in Q. assert (0 <= n) by apply norm_1_nonneg.
  apply (Rmult_lt_compat_r (G + 2)) in N; [|lra]. replace (eps / (G + 2) * (G + 2)) with eps in N by (field; lra).
  replace (f (x s) - f (x t))
    with ((f (x s) - f (x t) - dot d (grad (x t)) (sub (x s) (x t))) + dot d (grad (x t)) (sub (x s) (x t))) by ring.
  eapply Rle_lt_trans; [apply Rabs_triang|]. lra.
Qed.

(* signproof lemma "chain rule", for differential inclusions: f(x(t)) rises at the rate r at most if <g, w> <= r for
   every w in F(x(t)). *)
Lemma chain_rule_of_inclusion d f g F (x : R -> nat -> R) t r bound : follows d F x -> 0 <= t ->
  frechet d f g (x t) ->
  (forall w, F (x t) w -> norm_1 d w <= bound) -> (forall w, F (x t) w -> dot d g w <= r) ->
  rises (fun t => f (x t)) r t.
Proof.
  intros [_ S] T D B H eps P. set (G := norm_1 d g). assert (G0 : 0 <= G) by apply norm_1_nonneg.
  set (K := Rmax 0 bound). assert (K0 : 0 <= K) by apply Rmax_l. assert (KB : bound <= K) by apply Rmax_r.
  set (e1 := Rmin 1 (eps / (2 * (G + 1)))). set (e2 := eps / (2 * (K + 1))).
  assert (p1 : 0 < e1) by (apply Rmin_pos; [lra|apply Rdiv_lt_0_compat; lra]).
  assert (p2 : 0 < e2) by (apply Rdiv_lt_0_compat; lra).
  destruct (S t T e1 p1) as [a [a0 A]]. destruct (D e2 p2) as [b [b0 N]].
  assert (J : 0 < b / (K + 1)) by (apply Rdiv_lt_0_compat; lra).
  exists (Rmin a (b / (K + 1))). split; [apply Rmin_pos; auto|]. intros h [h0 h1].
  assert (ha : h < a) by (eapply Rlt_le_trans; [exact h1|apply Rmin_l]).
  assert (hb : h < b / (K + 1)) by (eapply Rlt_le_trans; [exact h1|apply Rmin_r]).
  apply (Rmult_lt_compat_r (K + 1)) in hb; [|lra]. replace (b / (K + 1) * (K + 1)) with b in hb by (field; lra).
  destruct (A h ltac:(lra)) as [w [Fw E]]. set (rest := fun i => x (t + h) i - (x t i + h * w i)) in *.
  assert (e1 <= 1) by apply Rmin_l.
  assert (size : norm_1 d (sub (x (t + h)) (x t)) <= (K + 1) * h).
  { apply Rle_trans with (h * norm_1 d w + norm_1 d rest).
    - unfold norm_1. rewrite <- total_scale, <- total_add. apply sum_of_inequalities. intros i _. unfold sub, rest.
      replace (x (t + h) i - x t i) with (h * w i + (x (t + h) i - (x t i + h * w i))) by ring.
      eapply Rle_trans; [apply Rabs_triang|]. rewrite Rabs_mult, (Rabs_pos_eq h) by exact h0. lra.
    - specialize (B w Fw). assert (h * norm_1 d w <= h * K) by (apply Rmult_le_compat_l; lra).
      assert (e1 * h <= 1 * h) by (apply Rmult_le_compat_r; auto). lra. }
  specialize (N (x (t + h)) ltac:(lra)).
  assert (split : dot d g (sub (x (t + h)) (x t)) = h * dot d g w + dot d g rest).
  { unfold dot. rewrite <- total_scale, <- total_add. apply total_ext. intros i _. unfold sub, rest. ring. }
  pose proof (dot_at_most d g rest) as Q. fold G in Q. specialize (H w Fw).
  assert (h * dot d g w <= h * r) by (apply Rmult_le_compat_l; auto).
  assert (Q1 : G * norm_1 d rest <= eps / 2 * h).
  { apply Rle_trans with (G * (e1 * h)); [apply Rmult_le_compat_l; auto|].
    assert (G * e1 <= eps / 2).
    { apply Rle_trans with (G * (eps / (2 * (G + 1)))); [apply Rmult_le_compat_l; [auto|apply Rmin_r]|].
      replace (G * (eps / (2 * (G + 1)))) with (eps / 2 * (G / (G + 1))) by (field; lra).
      assert (G / (G + 1) <= 1) by (apply Rle_div_l; lra). assert (eps / 2 * (G / (G + 1)) <= eps / 2 * 1)
        by (apply Rmult_le_compat_l; lra). lra. }
    rewrite <- Rmult_assoc. apply Rmult_le_compat_r; auto. }
  assert (Q2 : e2 * norm_1 d (sub (x (t + h)) (x t)) <= eps / 2 * h).
  { apply Rle_trans with (e2 * ((K + 1) * h)); [apply Rmult_le_compat_l; lra|]. unfold e2. right. field. lra. }
  pose proof (Rle_abs (f (x (t + h)) - f (x t) - dot d g (sub (x (t + h)) (x t)))).
  pose proof (Rle_abs (dot d g rest)). lra.
Qed.

Definition main_lemmas := (@monotonicity, @Gronwall, @comparison_with_a_Riccati_equation, @decrease_over_time,
  @least_over_time, @chain_rule, @chain_rule_of_inclusion, @differentiable_solution_follows).
Print Assumptions main_lemmas.
