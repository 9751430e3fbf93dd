(* Vectors of R^d, finite sums, the inner product and the sign.

   A vector is a sequence of real numbers of which only the first d count: sums, inner products and norms look at the
   coordinates i < d, and so does every function that is differentiable (Objective.v). One type of vectors serves
   every dimension. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
Open Scope R_scope.

Definition vec := nat -> R.

Declare Scope vec_scope.
Delimit Scope vec_scope with V.
Bind Scope vec_scope with vec.

Definition zero : vec := fun _ => 0.
Definition add (u v : vec) : vec := fun i => u i + v i.
Definition sub (u v : vec) : vec := fun i => u i - v i.
Definition scale (t : R) (u : vec) : vec := fun i => t * u i.

Notation "u + v" := (add u v) : vec_scope.
Notation "u - v" := (sub u v) : vec_scope.
Notation "t * u" := (scale t%R u) : vec_scope.

(* Two combinations of vectors are equal if they are equal in each coordinate. *)
Ltac vector := apply functional_extensionality; intro; unfold add, sub, scale, zero; try ring; try lra.

Lemma add_comm u v : (u + v = v + u)%V.
Proof. vector. Qed.
Lemma add_assoc u v w : (u + (v + w) = u + v + w)%V.
Proof. vector. Qed.
Lemma add_zero u : (u + zero = u)%V.
Proof. vector. Qed.
Lemma sub_as_add u v : (u - v = u + -1 * v)%V.
Proof. vector. Qed.
Lemma sub_self u : (u - u = zero)%V.
Proof. vector. Qed.
Lemma add_sub u v : (u + (v - u) = v)%V.
Proof. vector. Qed.
Lemma scale_one u : (1 * u = u)%V.
Proof. vector. Qed.
Lemma scale_zero u : (0 * u = zero)%V.
Proof. vector. Qed.
Lemma scale_scale s t u : (s * (t * u) = (s * t)%R * u)%V.
Proof. vector. Qed.
Lemma scale_add t u v : (t * (u + v) = t * u + t * v)%V.
Proof. vector. Qed.
Lemma scale_sub t u v : (t * (u - v) = t * u - t * v)%V.
Proof. vector. Qed.

(* ------------------------------------------------------------------------------------------------ finite sums *)

(* a_0 + ... + a_(n-1) *)
Fixpoint total (n : nat) (a : nat -> R) : R :=
  match n with O => 0 | S m => total m a + a m end.

Lemma total_ext n a b : (forall i, (i < n)%nat -> a i = b i) -> total n a = total n b.
Proof. induction n as [|n IH]; cbn; intros E; auto. rewrite IH, E; auto. Qed.

Lemma total_add n a b : total n (fun i => a i + b i) = total n a + total n b.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma total_sub n a b : total n (fun i => a i - b i) = total n a - total n b.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma total_scale n c a : total n (fun i => c * a i) = c * total n a.
Proof. induction n as [|n IH]; cbn; [ring|]. rewrite IH. ring. Qed.

Lemma total_const n c : total n (fun _ => c) = INR n * c.
Proof. induction n as [|n IH]; [cbn; ring|]. rewrite S_INR. cbn. rewrite IH. ring. Qed.

Lemma total_zero n : total n (fun _ => 0) = 0.
Proof. rewrite total_const. ring. Qed.

(* signproof lemma "sum of inequalities" *)
Lemma sum_of_inequalities n a b : (forall i, (i < n)%nat -> a i <= b i) -> total n a <= total n b.
Proof. induction n as [|n IH]; cbn; intros A; [lra|]. apply Rplus_le_compat; auto. Qed.

Lemma total_nonneg n a : (forall i, (i < n)%nat -> 0 <= a i) -> 0 <= total n a.
Proof. intros A. apply Rle_trans with (total n (fun _ => 0)); [rewrite total_zero; lra|]. apply sum_of_inequalities, A. Qed.

(* signproof lemma "one of a sum" *)
Lemma one_of_a_sum n a : (forall i, (i < n)%nat -> 0 <= a i) -> forall i, (i < n)%nat -> a i <= total n a.
Proof.
  induction n as [|n IH]; cbn; intros A i I; [lia|].
  assert (T : 0 <= total n a) by (apply total_nonneg; auto).
  destruct (Nat.eq_dec i n) as [->|N]; [lra|].
  assert (a i <= total n a) by (apply IH; auto; lia).
  assert (0 <= a n) by auto. lra.
Qed.

Lemma total_abs n a : Rabs (total n a) <= total n (fun i => Rabs (a i)).
Proof.
  induction n as [|n IH]; cbn; [rewrite Rabs_R0; lra|].
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.

(* A sum of which all terms but one vanish. *)
Lemma total_single n a i : (i < n)%nat -> (forall j, (j < n)%nat -> j <> i -> a j = 0) -> total n a = a i.
Proof.
  induction n as [|n IH]; cbn; intros I Z; [lia|].
  destruct (Nat.eq_dec i n) as [->|N].
  - rewrite (total_ext n a (fun _ => 0)), total_zero; [ring|]. intros j J. apply Z; lia.
  - rewrite IH, (Z n); auto; try lia. ring.
Qed.

(* ------------------------------------------------------------------------------------------------ inner products *)

Definition dot (d : nat) (u v : vec) : R := total d (fun i => u i * v i).

(* signproof lemma "inner product in coordinates" *)
Lemma inner_product_in_coordinates d u v : dot d u v = total d (fun i => u i * v i).
Proof. reflexivity. Qed.

Lemma dot_comm d u v : dot d u v = dot d v u.
Proof. apply total_ext. intros. ring. Qed.

Lemma dot_add_l d u v w : dot d (u + v) w = dot d u w + dot d v w.
Proof. unfold dot. rewrite <- total_add. apply total_ext. intros. unfold add. ring. Qed.
Lemma dot_sub_l d u v w : dot d (u - v) w = dot d u w - dot d v w.
Proof. unfold dot. rewrite <- total_sub. apply total_ext. intros. unfold sub. ring. Qed.
Lemma dot_scale_l d t u w : dot d (t * u) w = t * dot d u w.
Proof. unfold dot. rewrite <- total_scale. apply total_ext. intros. unfold scale. ring. Qed.
Lemma dot_zero_l d w : dot d zero w = 0.
Proof. transitivity (total d (fun _ => 0)); [|apply total_zero]. apply total_ext. intros. unfold zero. ring. Qed.

Lemma dot_add_r d w u v : dot d w (u + v) = dot d w u + dot d w v.
Proof. rewrite !(dot_comm d w). apply dot_add_l. Qed.
Lemma dot_sub_r d w u v : dot d w (u - v) = dot d w u - dot d w v.
Proof. rewrite !(dot_comm d w). apply dot_sub_l. Qed.
Lemma dot_scale_r d w t u : dot d w (t * u) = t * dot d w u.
Proof. rewrite !(dot_comm d w). apply dot_scale_l. Qed.
Lemma dot_zero_r d w : dot d w zero = 0.
Proof. rewrite dot_comm. apply dot_zero_l. Qed.

(* Inner products of combinations of vectors, expanded bilinearly. *)
#[export] Hint Rewrite dot_add_l dot_sub_l dot_scale_l dot_zero_l dot_add_r dot_sub_r dot_scale_r dot_zero_r : dot.
Ltac expand_dot := autorewrite with dot.

Lemma dot_self_nonneg d u : 0 <= dot d u u.
Proof. apply total_nonneg. intros i _. exact (Rle_0_sqr (u i)). Qed.

(* Only coordinates i < d count. *)
Lemma dot_ext_r d w u v : (forall i, (i < d)%nat -> u i = v i) -> dot d w u = dot d w v.
Proof. intros E. apply total_ext. intros i I. rewrite E; auto. Qed.

(* ------------------------------------------------------------------------------------------------ unit vectors *)

Definition unit (i : nat) : vec := fun j => if Nat.eq_dec j i then 1 else 0.

Lemma dot_unit d i u : (i < d)%nat -> dot d (unit i) u = u i.
Proof.
  intros I. unfold dot. rewrite (total_single d _ i); auto; unfold unit.
  - destruct (Nat.eq_dec i i); [ring|contradiction].
  - intros j _ N. destruct (Nat.eq_dec j i); [contradiction|ring].
Qed.

(* signproof assumption Dimension: the sum of 1 over all coordinates is d *)
Lemma dimension d : total d (fun _ => 1) = INR d.
Proof. rewrite total_const. ring. Qed.

(* y with the coordinate i of x. *)
Definition exchange (x y : vec) (i : nat) : vec := fun j => if Nat.eq_dec j i then x j else y j.

(* signproof lemma "exchanged coordinate" *)
Lemma exchanged_coordinate x y i : exchange x y i i = x i.
Proof. unfold exchange. destruct (Nat.eq_dec i i); [reflexivity|contradiction]. Qed.

(* signproof lemma "one coordinate" *)
Lemma one_coordinate d g x y i :
  (i < d)%nat -> dot d g (exchange x y i - y) = g i * (exchange x y i - y)%V i.
Proof.
  intros I. apply (total_single d (fun j => g j * (exchange x y i - y)%V j) i I).
  intros j _ N. unfold sub, exchange. destruct (Nat.eq_dec j i); [contradiction|ring].
Qed.

(* ------------------------------------------------------------------------------------------------ the sign *)

(* sgn 0 = 0 *)
Definition sgn (r : R) : R := if Rlt_dec 0 r then 1 else if Rlt_dec r 0 then -1 else 0.

Lemma sgn_pos r : 0 < r -> sgn r = 1.
Proof. intros. unfold sgn. destruct (Rlt_dec 0 r); lra. Qed.
Lemma sgn_neg r : r < 0 -> sgn r = -1.
Proof. intros. unfold sgn. destruct (Rlt_dec 0 r); [lra|]. destruct (Rlt_dec r 0); lra. Qed.
Lemma sgn_0 : sgn 0 = 0.
Proof. unfold sgn. destruct (Rlt_dec 0 0); [lra|]. destruct (Rlt_dec 0 0); lra. Qed.

Lemma sgn_cases r : (0 < r /\ sgn r = 1) \/ (r < 0 /\ sgn r = -1) \/ (r = 0 /\ sgn r = 0).
Proof.
  destruct (Rtotal_order r 0) as [N|[->|P]].
  - right. left. auto using sgn_neg.
  - right. right. auto using sgn_0.
  - left. auto using sgn_pos.
Qed.

Lemma times_sgn r : r * sgn r = Rabs r.
Proof.
  destruct (sgn_cases r) as [[S ->]|[[S ->]|[-> ->]]].
  - rewrite Rabs_pos_eq; lra.
  - rewrite Rabs_left; lra.
  - rewrite Rabs_R0. ring.
Qed.

Lemma abs_sgn_le_one r : Rabs (sgn r) <= 1.
Proof. destruct (sgn_cases r) as [[_ ->]|[[_ ->]|[_ ->]]]; apply Rabs_le; lra. Qed.

Definition sign (u : vec) : vec := fun i => sgn (u i).
