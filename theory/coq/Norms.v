(* Dual pairs of norms, and the pairs of signproof: the maximum norm with the sum of absolute values, and the
   Euclidean norm with itself. A theorem about an arbitrary pair is a theorem about every norm. *)
From Coq Require Import Reals Lra Lia Psatz FunctionalExtensionality.
From Signproof Require Import Vectors.
Open Scope R_scope.

(* A norm on R^d, its dual norm, and v(g), where the dual norm max { <g, v> : ||v|| <= 1 } is attained. *)
Record DualPair (d : nat) := {
  norm : vec -> R;
  dual_norm : vec -> R;
  maximizer : vec -> vec;
  norm_scale : forall t u, norm (t * u)%V = Rabs t * norm u;
  norm_triangle : forall u v, norm (u + v)%V <= norm u + norm v;
  (* signproof lemma "Hölder" *)
  hoelder : forall u v, dot d u v <= dual_norm u * norm v;
  (* signproof lemma "attained dual norm" *)
  attained_dual_norm : forall g, dot d g (maximizer g) = dual_norm g;
  (* signproof lemma "unit maximizer" *)
  unit_maximizer : forall g, norm (maximizer g) <= 1
}.
Arguments norm {d} _ _%V.
Arguments dual_norm {d} _ _%V.
Arguments maximizer {d} _ _%V.
Arguments norm_scale {d} _ _ _%V.
Arguments norm_triangle {d} _ _%V _%V.
Arguments hoelder {d} _ _%V _%V.
Arguments attained_dual_norm {d} _ _%V.
Arguments unit_maximizer {d} _ _%V.

(* ------------------------------------------------------------------------------------------------ every dual pair *)

Section EveryPair.
Context {d : nat} (p : DualPair d).

Lemma norm_zero : norm p zero = 0.
Proof. rewrite <- (scale_zero zero), norm_scale, Rabs_R0. ring. Qed.

(* signproof lemma "non-negative norm" *)
Lemma non_negative_norm v : 0 <= norm p v.
Proof.
  pose proof (norm_triangle p v (-1 * v)) as T. rewrite norm_scale, Rabs_left in T by lra.
  replace (v + -1 * v)%V with zero in T by vector. rewrite norm_zero in T. lra.
Qed.

(* signproof lemma "non-negative norm" *)
Lemma non_negative_dual_norm g : 0 <= dual_norm p g.
Proof.
  pose proof (hoelder p g (-1 * maximizer p g)) as H.
  rewrite dot_scale_r, attained_dual_norm, norm_scale, Rabs_left in H by lra.
  pose proof (non_negative_norm (maximizer p g)). nra.
Qed.

(* Whatever is at most c ||v|| for every v has a dual norm of at most c. *)
Lemma dual_norm_least g c : 0 <= c -> (forall v, dot d g v <= c * norm p v) -> dual_norm p g <= c.
Proof.
  intros C H. rewrite <- attained_dual_norm. eapply Rle_trans; [apply H|].
  pose proof (unit_maximizer p g). nra.
Qed.

(* signproof lemma "triangle inequality" *)
Lemma triangle_inequality u v : dual_norm p (u + v) <= dual_norm p u + dual_norm p v.
Proof.
  pose proof (non_negative_dual_norm u). pose proof (non_negative_dual_norm v).
  apply dual_norm_least; [lra|]. intros w. rewrite dot_add_l.
  pose proof (hoelder p u w). pose proof (hoelder p v w). lra.
Qed.

Lemma dual_norm_zero : dual_norm p zero = 0.
Proof. rewrite <- attained_dual_norm. apply dot_zero_l. Qed.

Lemma dual_norm_scale t g : dual_norm p (t * g) = Rabs t * dual_norm p g.
Proof.
  assert (le : forall t g, dual_norm p (t * g) <= Rabs t * dual_norm p g).
  { intros s u. apply dual_norm_least.
    - apply Rmult_le_pos; [apply Rabs_pos|apply non_negative_dual_norm].
    - intros v. pose proof (hoelder p u (s * v)) as H. rewrite dot_scale_r, norm_scale in H.
      rewrite dot_scale_l. lra. }
  apply Rle_antisym; [apply le|].
  destruct (Req_dec t 0) as [->|N].
  - rewrite Rabs_R0, Rmult_0_l. apply non_negative_dual_norm.
  - pose proof (le (/ t) (t * g)%V) as B. rewrite scale_scale, Rinv_l, scale_one, Rabs_inv in B by exact N.
    pose proof (Rabs_pos_lt t N) as T. apply (Rmult_le_compat_l (Rabs t)) in B; [|lra].
    rewrite <- Rmult_assoc, Rinv_r in B; lra.
Qed.

Lemma norm_sub_comm u v : norm p (u - v) = norm p (v - u).
Proof.
  replace (u - v)%V with (-1 * (v - u))%V by vector. rewrite norm_scale, Rabs_left; lra.
Qed.
Lemma dual_norm_sub_comm u v : dual_norm p (u - v) = dual_norm p (v - u).
Proof.
  replace (u - v)%V with (-1 * (v - u))%V by vector. rewrite dual_norm_scale, Rabs_left; lra.
Qed.

(* The dual norm is the largest <g, v> with ||v|| <= 1, and v(g) is such a v. *)
Lemma dual_norm_is_maximum g v : norm p v <= 1 -> dot d g v <= dual_norm p g.
Proof.
  intros V. pose proof (hoelder p g v). pose proof (non_negative_dual_norm g).
  pose proof (non_negative_norm v). nra.
Qed.

(* Hölder's inequality for the absolute value. *)
Lemma hoelder_abs u v : Rabs (dot d u v) <= dual_norm p u * norm p v.
Proof.
  apply Rabs_le. split; [|apply hoelder].
  pose proof (hoelder p u (-1 * v)) as H. rewrite dot_scale_r, norm_scale, Rabs_left in H; lra.
Qed.

(* Each coordinate is at most a constant times the norm. *)
Lemma coordinate_le_norm i v : (i < d)%nat -> Rabs (v i) <= dual_norm p (unit i) * norm p v.
Proof. intros I. rewrite <- (dot_unit d i v I) at 1. apply hoelder_abs. Qed.
End EveryPair.

(* A norm, and for each g a v(g) at which <g, v> is largest in the unit ball, are a dual pair: its dual norm is that
   maximum, and Hölder's inequality follows. So a dual pair is a norm, its dual norm by definition, and a choice of
   maximizers. *)
Section PairOfNorm.
Variables (d : nat) (N : vec -> R) (v : vec -> vec).
Hypothesis scales : forall t u, N (t * u)%V = Rabs t * N u.
Hypothesis triangle : forall u w, N (u + w)%V <= N u + N w.
Hypothesis inside : forall g, N (v g) <= 1.
Hypothesis greatest : forall g w, N w <= 1 -> dot d g w <= dot d g (v g).

Lemma dot_le_maximum_times_norm g w : dot d g w <= dot d g (v g) * N w.
Proof.
  assert (Zero : N zero = 0) by (rewrite <- (scale_zero zero), scales, Rabs_R0; ring).
  assert (P : 0 <= N w).
  { pose proof (triangle w (-1 * w)) as T. rewrite scales, Rabs_left in T by lra.
    replace (w + -1 * w)%V with zero in T by vector. lra. }
  destruct (Req_dec (N w) 0) as [Z|NZ].
  - (* t w is in the unit ball for every t *)
    rewrite Z, Rmult_0_r. apply Rnot_lt_le. intros Q.
    pose proof (greatest g ((dot d g (v g) + 1) / dot d g w * w)%V) as M.
    rewrite scales, Z, Rmult_0_r, dot_scale_r in M. unfold Rdiv in M.
    rewrite Rmult_assoc, Rinv_l in M by lra. lra.
  - pose proof (greatest g (/ N w * w)%V) as M. rewrite scales, dot_scale_r, Rabs_pos_eq in M.
    + rewrite Rinv_l in M by exact NZ. apply (Rmult_le_reg_l (/ N w)).
      * apply Rinv_0_lt_compat. lra.
      * replace (/ N w * (dot d g (v g) * N w)) with (dot d g (v g)) by (field; exact NZ). lra.
    + left. apply Rinv_0_lt_compat. lra.
Qed.

Definition pair_of_norm : DualPair d := {|
  norm := N;
  dual_norm := fun g => dot d g (v g);
  maximizer := v;
  norm_scale := scales;
  norm_triangle := triangle;
  hoelder := dot_le_maximum_times_norm;
  attained_dual_norm := fun g => eq_refl;
  unit_maximizer := inside
|}.
End PairOfNorm.

(* ------------------------------------------------------------------------------------------------ maximum norm *)

(* The largest of a_0, ..., a_(n-1), and 0. *)
Fixpoint largest (n : nat) (a : nat -> R) : R :=
  match n with O => 0 | S m => Rmax (largest m a) (a m) end.

Lemma le_largest n a i : (i < n)%nat -> a i <= largest n a.
Proof.
  induction n as [|n IH]; cbn; intros I; [lia|].
  destruct (Nat.eq_dec i n) as [->|N]; [apply Rmax_r|].
  eapply Rle_trans; [apply IH; lia|apply Rmax_l].
Qed.

Lemma largest_le n a c : 0 <= c -> (forall i, (i < n)%nat -> a i <= c) -> largest n a <= c.
Proof. induction n as [|n IH]; cbn; intros C A; auto. apply Rmax_lub; auto. Qed.

Lemma largest_nonneg n a : 0 <= largest n a.
Proof. induction n as [|n IH]; cbn; [lra|]. eapply Rle_trans; [exact IH|apply Rmax_l]. Qed.

Lemma largest_scale n c a : 0 <= c -> largest n (fun i => c * a i) = c * largest n a.
Proof. intros C. induction n as [|n IH]; cbn; [ring|]. rewrite IH. apply RmaxRmult, C. Qed.

Lemma largest_ext n a b : (forall i, (i < n)%nat -> a i = b i) -> largest n a = largest n b.
Proof. induction n as [|n IH]; cbn; intros E; auto. rewrite IH, E; auto. Qed.

Definition norm_inf (d : nat) (u : vec) : R := largest d (fun i => Rabs (u i)).
Definition norm_1 (d : nat) (u : vec) : R := total d (fun i => Rabs (u i)).

(* signproof lemma "coordinate of a vector" *)
Lemma coordinate_of_a_vector d v i : (i < d)%nat -> Rabs (v i) <= norm_inf d v.
Proof. intros I. exact (le_largest d (fun i => Rabs (v i)) i I). Qed.

(* signproof lemma "largest coordinate"; only in R^0 could b be negative *)
Lemma largest_coordinate d v b : 0 <= b -> (forall i, (i < d)%nat -> Rabs (v i) <= b) -> norm_inf d v <= b.
Proof. apply largest_le. Qed.

(* signproof lemma "largest coordinate"; where there is a coordinate *)
Lemma largest_coordinate_of_some d v b :
  (0 < d)%nat -> (forall i, (i < d)%nat -> Rabs (v i) <= b) -> norm_inf d v <= b.
Proof.
  intros D A. apply largest_coordinate; [|exact A].
  eapply Rle_trans; [apply Rabs_pos|exact (A 0%nat D)].
Qed.

(* signproof lemma "l1 norm in coordinates" *)
Lemma l1_norm_in_coordinates d v : norm_1 d v = total d (fun i => Rabs (v i)).
Proof. reflexivity. Qed.

Lemma norm_inf_scale d t u : norm_inf d (t * u) = Rabs t * norm_inf d u.
Proof.
  unfold norm_inf. rewrite <- largest_scale by apply Rabs_pos. apply largest_ext.
  intros i _. apply Rabs_mult.
Qed.

Lemma norm_inf_triangle d u v : norm_inf d (u + v) <= norm_inf d u + norm_inf d v.
Proof.
  apply largest_coordinate; [apply Rplus_le_le_0_compat; apply largest_nonneg|]. intros i I.
  eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; apply coordinate_of_a_vector, I.
Qed.

Lemma dot_le_norm_1_norm_inf d u v : dot d u v <= norm_1 d u * norm_inf d v.
Proof.
  unfold dot, norm_1. rewrite Rmult_comm, <- total_scale. apply sum_of_inequalities. intros i I.
  eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult, Rmult_comm.
  apply Rmult_le_compat_r; [apply Rabs_pos|]. apply coordinate_of_a_vector, I.
Qed.

Lemma dot_sign d g : dot d g (sign g) = norm_1 d g.
Proof. apply total_ext. intros i _. apply times_sgn. Qed.

Lemma norm_inf_sign_le_one d g : norm_inf d (sign g) <= 1.
Proof. apply largest_coordinate; [lra|]. intros i _. apply abs_sgn_le_one. Qed.

(* The geometry of sign methods: LINF. *)
Definition linf (d : nat) : DualPair d := {|
  norm := norm_inf d;
  dual_norm := norm_1 d;
  maximizer := sign;
  norm_scale := norm_inf_scale d;
  norm_triangle := norm_inf_triangle d;
  hoelder := dot_le_norm_1_norm_inf d;
  attained_dual_norm := dot_sign d;
  unit_maximizer := norm_inf_sign_le_one d
|}.

(* signproof lemma "corner of a cube" *)
Lemma corner_of_a_cube d s : (forall i, (i < d)%nat -> Rabs (s i) = 1) -> norm_inf d s <= 1.
Proof. intros S. apply largest_coordinate; [lra|]. intros i I. rewrite S; auto. lra. Qed.

(* signproof lemma "unit vector" *)
Lemma unit_vector d i : (i < d)%nat -> norm_inf d (unit i) = 1.
Proof.
  intros I. apply Rle_antisym.
  - apply largest_coordinate; [lra|]. intros j _. unfold unit.
    destruct (Nat.eq_dec j i); [rewrite Rabs_R1|rewrite Rabs_R0]; lra.
  - replace 1 with (Rabs (unit i i)); [apply coordinate_of_a_vector, I|].
    unfold unit. destruct (Nat.eq_dec i i); [apply Rabs_R1|contradiction].
Qed.

(* signproof lemma "induction over coordinates"; s is a vector of signs, and x + s a corner of the cube around x *)
Lemma induction_over_coordinates d (f : vec -> R) (c : R) :
  (forall y i, (i < d)%nat -> f (y + unit i)%V + f (y - unit i)%V >= 2 * f y + 2 * c) ->
  forall x u, exists s,
    (forall i, (i < d)%nat -> s i = 1 \/ s i = -1) /\ f (x + s)%V - f x >= dot d u s + c * INR d.
Proof.
  intros A x u.
  (* after n coordinates, s is 0 at those that are left *)
  assert (Partly : forall n, (n <= d)%nat -> exists s,
    (forall i, (i < n)%nat -> s i = 1 \/ s i = -1) /\ (forall i, (n <= i)%nat -> s i = 0) /\
    f (x + s)%V - f x >= dot d u s + c * INR n).
  { induction n as [|n IH]; intros N.
    - exists zero. split; [intros i I; lia|]. split; [reflexivity|].
      rewrite add_zero, dot_zero_r. cbn. lra.
    - destruct IH as [s [Signs [Zero Gain]]]; [lia|].
      assert (At : forall t i, (s + t * unit n)%V i = if Nat.eq_dec i n then s n + t else s i).
      { intros t i. unfold add, scale, unit. destruct (Nat.eq_dec i n) as [->|]; ring. }
      assert (Step : forall t, (t = 1 \/ t = -1) ->
        (forall i, (i < S n)%nat -> (s + t * unit n)%V i = 1 \/ (s + t * unit n)%V i = -1) /\
        (forall i, (S n <= i)%nat -> (s + t * unit n)%V i = 0)).
      { intros t T. split; intros i I; rewrite At; destruct (Nat.eq_dec i n) as [->|].
        - rewrite (Zero n) by lia. destruct T as [->| ->]; [left|right]; ring.
        - apply Signs. lia.
        - lia.
        - apply Zero. lia. }
      assert (N' : (n < d)%nat) by lia.
      pose proof (A (x + s)%V n N') as Sum. rewrite S_INR.
      destruct (Rle_dec (f (x + s)%V + c + dot d u (unit n)) (f (x + s + unit n)%V)) as [Up|Up].
      + exists (s + 1 * unit n)%V. destruct (Step 1) as [P Q]; auto. split; [exact P|]. split; [exact Q|].
        replace (x + (s + 1 * unit n))%V with (x + s + unit n)%V by vector. expand_dot. lra.
      + exists (s + -1 * unit n)%V. destruct (Step (-1)) as [P Q]; auto. split; [exact P|]. split; [exact Q|].
        replace (x + (s + -1 * unit n))%V with (x + s - unit n)%V by vector. expand_dot. lra. }
  destruct (Partly d (le_n d)) as [s [Signs [_ Gain]]]. exists s. auto.
Qed.

(* ------------------------------------------------------------------------------------------------ Euclidean norm *)

Definition norm_2 (d : nat) (u : vec) : R := sqrt (dot d u u).

Lemma norm_2_nonneg d u : 0 <= norm_2 d u.
Proof. apply sqrt_pos. Qed.

(* signproof lemma "Euclidean norm" *)
Lemma euclidean_norm d v : dot d v v = norm_2 d v ^ 2.
Proof. unfold norm_2. rewrite pow2_sqrt; [reflexivity|apply dot_self_nonneg]. Qed.

(* <u, v>^2 <= <u, u> <v, v>: the square of the length of u + t v is not negative for any t. *)
Lemma dot_squared_le d u v : dot d u v ^ 2 <= dot d u u * dot d v v.
Proof.
  assert (Q : forall t, 0 <= dot d u u + 2 * t * dot d u v + t ^ 2 * dot d v v).
  { intros t. pose proof (dot_self_nonneg d (u + t * v)) as P. autorewrite with dot in P.
    rewrite (dot_comm d v u) in P. lra. }
  pose proof (dot_self_nonneg d v) as P. revert P Q.
  generalize (dot d u u), (dot d u v), (dot d v v). intros A B C P Q.
  destruct (Req_dec C 0) as [->|N].
  - destruct (Req_dec B 0) as [->|NB]; [lra|]. specialize (Q (- (A + 1) / (2 * B))).
    replace (A + 2 * (- (A + 1) / (2 * B)) * B + (- (A + 1) / (2 * B)) ^ 2 * 0) with (-1) in Q by (field; exact NB).
    lra.
  - specialize (Q (- B / C)). apply (Rmult_le_compat_l C) in Q; [|exact P].
    replace (C * (A + 2 * (- B / C) * B + (- B / C) ^ 2 * C)) with (A * C - B ^ 2) in Q by (field; exact N).
    lra.
Qed.

(* The Cauchy-Schwarz inequality. *)
Lemma dot_le_norm_2 d u v : dot d u v <= norm_2 d u * norm_2 d v.
Proof.
  unfold norm_2. rewrite <- sqrt_mult by apply dot_self_nonneg.
  eapply Rle_trans; [apply Rle_abs|]. rewrite <- sqrt_Rsqr_abs. apply sqrt_le_1_alt.
  pose proof (dot_squared_le d u v). unfold Rsqr. lra.
Qed.

Lemma norm_2_scale d t u : norm_2 d (t * u) = Rabs t * norm_2 d u.
Proof.
  unfold norm_2. expand_dot. rewrite <- Rmult_assoc, sqrt_mult.
  - f_equal. apply sqrt_Rsqr_abs.
  - apply Rle_0_sqr.
  - apply dot_self_nonneg.
Qed.

Lemma norm_2_triangle d u v : norm_2 d (u + v) <= norm_2 d u + norm_2 d v.
Proof.
  pose proof (norm_2_nonneg d u). pose proof (norm_2_nonneg d v).
  rewrite <- (sqrt_pow2 (norm_2 d u + norm_2 d v)) by lra. apply sqrt_le_1_alt. expand_dot.
  rewrite (dot_comm d v u), !euclidean_norm. pose proof (dot_le_norm_2 d u v). lra.
Qed.

(* g / ||g||, and 0 where g is 0. *)
Definition normalized (d : nat) (g : vec) : vec := if Req_EM_T (norm_2 d g) 0 then zero else (/ norm_2 d g * g)%V.

Lemma dot_normalized d g : dot d g (normalized d g) = norm_2 d g.
Proof.
  unfold normalized. destruct (Req_EM_T (norm_2 d g) 0) as [Z|N]; expand_dot; [lra|].
  rewrite euclidean_norm. field. exact N.
Qed.

Lemma norm_2_normalized_le_one d g : norm_2 d (normalized d g) <= 1.
Proof.
  unfold normalized. destruct (Req_EM_T (norm_2 d g) 0) as [Z|N].
  - unfold norm_2. rewrite dot_zero_l, sqrt_0. lra.
  - pose proof (norm_2_nonneg d g). rewrite norm_2_scale, Rabs_pos_eq.
    + rewrite Rinv_l; lra.
    + left. apply Rinv_0_lt_compat. lra.
Qed.

(* The Euclidean geometry: L2. *)
Definition l2 (d : nat) : DualPair d := {|
  norm := norm_2 d;
  dual_norm := norm_2 d;
  maximizer := normalized d;
  norm_scale := norm_2_scale d;
  norm_triangle := norm_2_triangle d;
  hoelder := dot_le_norm_2 d;
  attained_dual_norm := dot_normalized d;
  unit_maximizer := norm_2_normalized_le_one d
|}.

(* signproof lemma "self-dual norm" *)
Lemma self_dual_norm d v : norm (l2 d) v = dual_norm (l2 d) v.
Proof. reflexivity. Qed.

(* Steepest descent in this geometry is gradient descent. Beyond the coordinates that count, both are what g is. *)
Lemma norm_2_times_normalized d g i : (i < d)%nat -> norm_2 d g * normalized d g i = g i.
Proof.
  intros I. unfold normalized. destruct (Req_EM_T (norm_2 d g) 0) as [Z|N].
  - assert (S : g i * g i = 0).
    { apply Rle_antisym; [|apply Rle_0_sqr].
      assert (P : forall j, (j < d)%nat -> 0 <= g j * g j) by (intros; apply Rle_0_sqr).
      pose proof (one_of_a_sum d _ P i I) as One. cbn in One. fold (dot d g g) in One.
      rewrite euclidean_norm, Z in One. lra. }
    apply Rsqr_0_uniq in S. rewrite S. unfold zero. ring.
  - unfold scale. field. exact N.
Qed.

(* signproof lemma "mean of squares" *)
Lemma mean_of_squares n (a : nat -> R) : total n a ^ 2 <= total n (fun _ => 1) * total n (fun m => a m ^ 2).
Proof.
  pose proof (dot_squared_le n (fun _ => 1) a) as S. unfold dot in S.
  rewrite (total_ext n (fun i => 1 * a i) a) in S by (intros; ring).
  rewrite (total_ext n (fun _ => 1 * 1) (fun _ => 1)) in S by (intros; ring).
  rewrite (total_ext n (fun m => a m ^ 2) (fun m => a m * a m)) by (intros; ring). exact S.
Qed.
