(* Sequences of numbers: what a recursion, or a bound on each fall, says of all k. *)
From Coq Require Import Reals Lra Lia.
From Signproof Require Import Vectors.
Open Scope R_scope.

(* signproof lemma "induction" *)
Lemma induction (a : nat -> R) (r : R) :
  0 <= r -> (forall k, a (S k) <= r * a k) -> forall k, a k <= r ^ k * a 0%nat.
Proof.
  intros P A. induction k as [|k IH]; cbn; [lra|].
  eapply Rle_trans; [apply A|]. rewrite Rmult_assoc. apply Rmult_le_compat_l; auto.
Qed.

(* signproof lemma "comparison" *)
Lemma comparison (a b r c : nat -> R) :
  (forall k, a (S k) <= r k * a k + c k) ->
  (forall k, 0 <= r k) ->
  (forall k, b (S k) >= r k * b k + c k) ->
  a 0%nat <= b 0%nat ->
  forall k, a k <= b k.
Proof.
  intros A P B Start. induction k as [|k IH]; auto.
  specialize (A k). specialize (B k).
  assert (r k * a k <= r k * b k) by (apply Rmult_le_compat_l; auto). lra.
Qed.

(* signproof lemma "telescoping sum"; the sum over l = 0, ..., k has k + 1 terms *)
Lemma telescoping_sum (c : R) (a w : nat -> R) :
  (forall k, c * a k <= w k - w (S k)) -> forall k, c * total (S k) a <= w 0%nat - w (S k).
Proof.
  intros A. induction k as [|k IH].
  - specialize (A 0%nat). cbn. lra.
  - specialize (A (S k)). cbn [total] in *. lra.
Qed.

(* min over l <= k of a_l *)
Fixpoint least (a : nat -> R) (k : nat) : R :=
  match k with O => a 0%nat | S n => Rmin (least a n) (a (S n)) end.

Lemma least_le a k l : (l <= k)%nat -> least a k <= a l.
Proof.
  induction k as [|k IH]; cbn; intros I.
  - replace l with 0%nat by lia. lra.
  - destruct (Nat.eq_dec l (S k)) as [->|N]; [apply Rmin_r|].
    eapply Rle_trans; [apply Rmin_l|]. apply IH. lia.
Qed.

Lemma least_attained a k : exists l, (l <= k)%nat /\ least a k = a l.
Proof.
  induction k as [|k [l [I E]]]; cbn; [exists 0%nat; auto|].
  unfold Rmin. destruct (Rle_dec (least a k) (a (S k))); [exists l|exists (S k)]; split; auto; lia.
Qed.

(* signproof lemma "least of a sum" *)
Lemma least_of_a_sum (a : nat -> R) (k : nat) : (INR k + 1) * least a k <= total (S k) a.
Proof.
  rewrite <- S_INR, <- total_const. apply sum_of_inequalities. intros l I. apply least_le. lia.
Qed.

(* signproof lemma "least square" *)
Lemma least_square (a : nat -> R) (k : nat) (b : R) :
  (forall l, 0 <= a l) -> least a k <= b -> least (fun l => a l ^ 2) k <= b ^ 2.
Proof.
  intros P B. destruct (least_attained a k) as [l [I E]].
  eapply Rle_trans; [apply (least_le _ k l I)|]. apply pow_incr. split; [apply P|lra].
Qed.
