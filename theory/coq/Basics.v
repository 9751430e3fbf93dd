(* Sums, vectors of R^d, the sign and the recursion, as far as the files on expectations, votes and flows use them. A
   vector is a sequence of numbers of which only the first d count. *)
From Coq Require Import Reals Lra Lia.
Open Scope R_scope.

Definition vec := nat -> R.
Definition add (u v : vec) : vec := fun i => u i + v i.
Definition sub (u v : vec) : vec := fun i => u i - v i.

(* a_0 + ... + a_(n-1) *)
Fixpoint total (n : nat) (a : nat -> R) : R :=
  match n with O => 0 | S m => total m a + a m end.

Lemma total_ext n a b : (forall i, (i < n)%nat -> a i = b i) -> total n a = total n b.
Proof. induction n; cbn; intros; [auto|]. rewrite IHn, H; auto. Qed.

Lemma total_add n a b : total n (fun i => a i + b i) = total n a + total n b.
Proof. induction n; cbn; [ring|]. rewrite IHn. ring. Qed.

Lemma total_sub n a b : total n (fun i => a i - b i) = total n a - total n b.
Proof. induction n; cbn; [ring|]. rewrite IHn. ring. Qed.

Lemma total_scale n c a : total n (fun i => c * a i) = c * total n a.
Proof. induction n; cbn; [ring|]. rewrite IHn. ring. Qed.

Lemma total_const n c : total n (fun _ => c) = INR n * c.
Proof. induction n; [cbn; ring|]. rewrite S_INR. cbn [total]. rewrite IHn. ring. Qed.

Lemma total_zero n : total n (fun _ => 0) = 0.
Proof. rewrite total_const. ring. Qed.

(* signproof lemma "sum of inequalities" *)
Lemma sum_of_inequalities n a b : (forall i, (i < n)%nat -> a i <= b i) -> total n a <= total n b.
Proof. induction n; cbn; intros; [lra|]. apply Rplus_le_compat; auto. Qed.

Lemma total_nonneg n a : (forall i, (i < n)%nat -> 0 <= a i) -> 0 <= total n a.
Proof. intros H. rewrite <- (total_zero n). apply sum_of_inequalities. exact H. Qed.

(* signproof lemma "one of a sum" *)
Lemma one_of_a_sum n a : (forall i, (i < n)%nat -> 0 <= a i) -> forall i, (i < n)%nat -> a i <= total n a.
Proof.
  induction n; intros H i Hi; [lia|]. cbn. destruct (Nat.eq_dec i n) as [->|].
  - assert (0 <= total n a) by (apply total_nonneg; auto). lra.
  - assert (a i <= total n a) by (apply IHn; auto; lia). specialize (H n). assert (0 <= a n) by auto. lra.
Qed.

(* signproof lemma "mean of squares" *)
Lemma mean_of_squares n (a : nat -> R) : total n a ^ 2 <= total n (fun _ => 1) * total n (fun m => a m ^ 2).
Proof.
  rewrite total_const, Rmult_1_r.
  assert (H : forall m b, 2 * total m a * b <= total m (fun i => a i ^ 2) + INR m * b ^ 2).
  { intros m b. induction m; [cbn; lra|]. rewrite S_INR. cbn [total]. pose proof (pow2_ge_0 (a m - b)). lra. }
  induction n; [cbn; lra|]. rewrite S_INR. cbn [total]. pose proof (H n (a n)). lra.
Qed.

Definition dot (d : nat) (u v : vec) : R := total d (fun i => u i * v i).
Definition norm_1 (d : nat) (u : vec) : R := total d (fun i => Rabs (u i)).
Definition norm_2 (d : nat) (u : vec) : R := sqrt (dot d u u).

Lemma norm_2_nonneg d u : 0 <= norm_2 d u.
Proof. apply sqrt_pos. Qed.

(* signproof lemma "Euclidean norm" *)
Lemma euclidean_norm d v : dot d v v = norm_2 d v ^ 2.
Proof. unfold norm_2. rewrite pow2_sqrt; [reflexivity|]. apply total_nonneg. intros. apply Rle_0_sqr. Qed.

(* The largest of 0, a_0, ..., a_(n-1) *)
Fixpoint largest (n : nat) (a : nat -> R) : R :=
  match n with O => 0 | S m => Rmax (largest m a) (a m) end.
Definition norm_inf (d : nat) (u : vec) : R := largest d (fun i => Rabs (u i)).

Lemma largest_nonneg n a : 0 <= largest n a.
Proof. induction n; cbn; [lra|]. eapply Rle_trans; [exact IHn|apply Rmax_l]. Qed.

(* signproof lemma "largest coordinate" *)
Lemma largest_coordinate d v b : 0 <= b -> (forall i, (i < d)%nat -> Rabs (v i) <= b) -> norm_inf d v <= b.
Proof. unfold norm_inf. induction d; cbn; intros; [auto|]. apply Rmax_lub; auto. Qed.

(* sgn 0 = 0 *)
Definition sgn (r : R) : R := if Rlt_dec 0 r then 1 else if Rlt_dec r 0 then -1 else 0.

Lemma sgn_cases r : (0 < r /\ sgn r = 1) \/ (r < 0 /\ sgn r = -1) \/ (r = 0 /\ sgn r = 0).
Proof. unfold sgn. destruct (Rlt_dec 0 r); [left; auto|]. destruct (Rlt_dec r 0); right; [left|right]; lra. Qed.

Lemma times_sgn r : r * sgn r = Rabs r.
Proof.
  destruct (sgn_cases r) as [[S ->]|[[S ->]|[-> ->]]].
  - rewrite Rabs_pos_eq; lra.
  - rewrite Rabs_left; lra.
  - rewrite Rabs_R0. ring.
Qed.

Lemma abs_sgn_le_one r : Rabs (sgn r) <= 1.
Proof. destruct (sgn_cases r) as [[_ ->]|[[_ ->]|[_ ->]]]; apply Rabs_le; lra. Qed.

(* signproof lemma "comparison" *)
Lemma comparison (a b r c : nat -> R) :
  (forall k, a (S k) <= r k * a k + c k) ->
  (forall k, 0 <= r k) ->
  (forall k, b (S k) >= r k * b k + c k) ->
  a 0%nat <= b 0%nat ->
  forall k, a k <= b k.
Proof.
  intros A P B Start. induction k as [|k IH]; auto. specialize (A k). specialize (B k).
  assert (r k * a k <= r k * b k) by (apply Rmult_le_compat_l; auto). lra.
Qed.
