(* Independent draws of vectors: what looks at some coordinates is independent of what looks at the others. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From Signproof Require Import Vectors Norms Recursion Expectation.
Open Scope R_scope.

(* a sees no difference between what P identifies. *)
Definition respects {X} (P : X -> X -> Prop) (a : X -> R) : Prop := forall x y, P x y -> a x = a y.

(* What sees no difference in the sense of P is independent of what sees none in the sense of Q. *)
Definition separates {X} (E : expectation X) (P Q : X -> X -> Prop) : Prop :=
  forall a b, respects P a -> respects Q b -> E (fun x => a x * b x) = E a * E b.

Lemma family_separates {A} (origin : A) (E : nat -> expectation A) (P Q : nat -> A -> A -> Prop) n :
  (forall m x, P m x x) -> (forall m x, Q m x x) -> (forall m, (m < n)%nat -> separates (E m) (P m) (Q m)) ->
  separates (family origin E n)
            (fun w w' => forall m, P m (w m) (w' m)) (fun w w' => forall m, Q m (w m) (w' m)).
Proof.
  intros p q. induction n; intros H a b Ha Hb; [reflexivity|]. rewrite !family_step.
  rewrite <- IHn; auto.
  - apply expectation_of_equals. intro w. apply (H n).
    + lia.
    + intros x y S. apply Ha. intro m. unfold update. destruct (Nat.eqb_spec m n) as [->|]; auto.
    + intros x y S. apply Hb. intro m. unfold update. destruct (Nat.eqb_spec m n) as [->|]; auto.
  - intros w w' S. apply expectation_of_equals. intro x. apply Ha. intro m. unfold update.
    destruct (Nat.eqb m n); auto.
  - intros w w' S. apply expectation_of_equals. intro x. apply Hb. intro m. unfold update.
    destruct (Nat.eqb m n); auto.
Qed.

Lemma blind_on_the_right {A} (E : expectation A) (P : A -> A -> Prop) (origin : A) : separates E P (fun _ _ => True).
Proof.
  intros a b _ Hb. rewrite (expectation_of_equals E b (fun _ => b origin)) by (intro; apply Hb; exact I).
  rewrite mean_const, <- mean_scal_r. apply expectation_of_equals. intro x. rewrite (Hb x origin I). reflexivity.
Qed.

Lemma blind_on_the_left {A} (E : expectation A) (Q : A -> A -> Prop) (origin : A) : separates E (fun _ _ => True) Q.
Proof.
  intros a b Ha Hb. rewrite Rmult_comm, <- (blind_on_the_right E Q origin b a Hb Ha).
  apply expectation_of_equals. intro. ring.
Qed.

(* ----------------------------------------------------------------------------------- workers and their coordinates *)

Section Vectors.
Variables (law : nat -> nat -> expectation R) (d : nat).

(* A vector of d independent coordinates, by worker m. *)
Definition drawn_by (m : nat) : expectation (nat -> R) := family 0 (law m) d.

(* The vectors of n workers, independent too: w m i is coordinate i of worker m. *)
Definition drawn (n : nat) : expectation (nat -> nat -> R) := family (fun _ => 0) drawn_by n.

(* What looks at other coordinates than i is independent of what looks at coordinate i alone. *)
Lemma coordinates_are_separate n i (a b : (nat -> nat -> R) -> R) :
  (forall w w', (forall m j, j <> i -> w m j = w' m j) -> a w = a w') ->
  (forall w w', (forall m, w m i = w' m i) -> b w = b w') ->
  drawn n (fun w => a w * b w) = drawn n a * drawn n b.
Proof.
  intros Ha Hb.
  set (P := fun j (r s : R) => j <> i -> r = s). set (Q := fun j (r s : R) => j = i -> r = s).
  apply (family_separates (fun _ => 0) drawn_by
           (fun _ v v' => forall j, P j (v j) (v' j)) (fun _ v v' => forall j, Q j (v j) (v' j)) n).
  - intros m v j. unfold P. auto.
  - intros m v j. unfold Q. auto.
  - intros m _. apply (family_separates 0 (law m) P Q d).
    + unfold P. auto.
    + unfold Q. auto.
    + intros j _ a' b' A B. destruct (Nat.eq_dec j i) as [e|e].
      * apply (blind_on_the_left _ (Q j) 0); auto. intros r s _. apply A. unfold P. tauto.
      * apply (blind_on_the_right _ (P j) 0); auto. intros r s _. apply B. unfold Q. tauto.
  - intros w w' S. apply Ha. intros m j J. apply (S m j J).
  - intros w w' S. apply Hb. intro m. apply (S m i eq_refl).
Qed.

(* Coordinate i of all workers: independent draws of numbers. *)
Lemma coordinate_of_all n i (F : (nat -> R) -> R) : (i < d)%nat ->
  drawn n (fun w => F (fun m => w m i)) = family 0 (fun m => law m i) n F.
Proof.
  intros Hi. revert F. induction n; intro F; [reflexivity|]. unfold drawn in *. rewrite !family_step.
  rewrite <- (IHn (fun v => law n i (fun r => F (update v n r)))).
  apply expectation_of_equals. intro w. unfold drawn_by.
  rewrite <- (draw_alone 0 (law n) d i (fun r => F (update (fun m => w m i) n r))) by exact Hi.
  apply expectation_of_equals. intro y. f_equal. apply functional_extensionality. intro m. unfold update.
  destruct (Nat.eqb m n); reflexivity.
Qed.

(* One worker's vector. *)
Lemma vector_of_one n m (F : (nat -> R) -> R) : (m < n)%nat -> drawn n (fun w => F (w m)) = drawn_by m F.
Proof. apply (draw_alone (fun _ => 0) drawn_by). Qed.
End Vectors.

(* The mirror image of independent draws of numbers. *)
Lemma mirrored_family (law : nat -> expectation R) n (F : (nat -> R) -> R) :
  family 0 (fun m => image Ropp (law m)) n F = family 0 law n (fun w => F (fun m => - w m)).
Proof.
  revert F. induction n; intro F.
  - cbn. f_equal. apply functional_extensionality. intro. ring.
  - rewrite !family_step. rewrite IHn. apply expectation_of_equals. intro w. cbn. apply expectation_of_equals. intro r.
    f_equal. apply functional_extensionality. intro m. unfold update. destruct (Nat.eqb m n); reflexivity.
Qed.

Print Assumptions coordinates_are_separate.
