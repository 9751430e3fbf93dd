(* Several workers: what each of them draws in an iteration, and their vote. *)
From Coq Require Import Reals Lra Lia ZArith FunctionalExtensionality Setoid Morphisms.
From Signproof Require Import Vectors Norms Recursion.
From Signproof Require Export Process Votes.
Open Scope R_scope.

(* The vote of n workers in every coordinate, w m being what worker m has drawn. As a function of the sign s of worker
   m's draw it is lean + swing s. *)
Definition vote_of (n : nat) (w : nat -> vec) : vec := fun i => majority n (fun m => w m i).
Definition lean_of (n m : nat) (w : nat -> vec) : vec := fun i => lean (others n m (fun j => w j i)).
Definition swing_of (n m : nat) (w : nat -> vec) : vec := fun i => swing (others n m (fun j => w j i)).

(* What looks at the first n workers only. *)
Definition looks_at (n : nat) (a : (nat -> vec) -> R) : Prop :=
  forall w w', (forall m, (m < n)%nat -> w m = w' m) -> a w = a w'.

(* Worker m draws by law m, independently of the others. *)
Definition independent_workers (n : nat) (E : expectation (nat -> vec)) : Prop :=
  exists law : nat -> expectation vec, forall a, looks_at n a -> E a = family zero law n a.

(* No worker draws 0 in a coordinate in which g is not 0. *)
Definition no_zeros (d n : nat) (g : vec) (E : expectation (nat -> vec)) : Prop :=
  forall m i, (m < n)%nat -> (i < d)%nat -> g i <> 0 -> E (fun w => at_zero (w m i)) = 0.

(* signproof lemma "unit vote" *)
Lemma norm_of_vote d n w : norm (linf d) (vote_of n w) <= 1.
Proof. apply largest_coordinate; [lra|]. intros. apply unit_vote. Qed.

Lemma split_vote n m w i : (m < n)%nat ->
  Rabs (w m i) * vote_of n w i = Rabs (w m i) * lean_of n m w i + w m i * swing_of n m w i.
Proof. apply (one_vote_of_many n m (fun j => w j i)). Qed.

Lemma swing_is_not_negative n m w i : swing_of n m w i >= 0.
Proof. apply Rle_ge, swing_vote. Qed.

(* The images of independent draws. *)
Lemma image_of_family {A B} (f : A -> B) (origin : A) (law : nat -> expectation A) n (F : (nat -> B) -> R) :
  family (f origin) (fun m => image f (law m)) n F = family origin law n (fun w => F (fun m => f (w m))).
Proof.
  revert F. induction n; intro F; [reflexivity|]. rewrite !family_step, IHn. apply expectation_of_equals. intro w.
  cbn. apply expectation_of_equals. intro x. f_equal. apply functional_extensionality. intro m. unfold update.
  destruct (Nat.eqb m n); reflexivity.
Qed.

Lemma sum_of_signs n i (w w' : nat -> vec) (keeps : nat -> bool) : (forall m, (m < n)%nat -> w m = w' m) ->
  sum n (fun m => if keeps m then 0%Z else signum (w m i)) = sum n (fun m => if keeps m then 0%Z else signum (w' m i)).
Proof. intros S. apply sum_ext. intros m Hm. rewrite S by exact Hm. reflexivity. Qed.

Section Workers.
Variables (d n : nat) (g : vec) (E : expectation (nat -> vec)).
Hypothesis independent : independent_workers n E.

Lemma vote_looks_at_workers i : looks_at n (fun w => vote_of n w i).
Proof. intros w w' S. unfold vote_of, majority. f_equal. exact (sum_of_signs n i w w' (fun _ => false) S). Qed.
Lemma lean_looks_at_workers m i : looks_at n (fun w => lean_of n m w i).
Proof. intros w w' S. unfold lean_of, others. f_equal. apply (sum_of_signs n i w w'). exact S. Qed.
Lemma swing_looks_at_workers m i : looks_at n (fun w => swing_of n m w i).
Proof. intros w w' S. unfold swing_of, others. f_equal. apply (sum_of_signs n i w w'). exact S. Qed.
Lemma one_looks_at_workers m (F : vec -> R) : (m < n)%nat -> looks_at n (fun w => F (w m)).
Proof. intros H w w' S. rewrite S by exact H. reflexivity. Qed.

(* Coordinate i of what the workers draw: independent draws of numbers. *)
Lemma one_coordinate i : exists law : nat -> expectation R,
  (forall F, looks_at n (fun w => F (fun m => w m i)) -> E (fun w => F (fun m => w m i)) = family 0 law n F) /\
  (forall m F, (m < n)%nat -> E (fun w => F (w m i)) = law m F).
Proof.
  destruct independent as [law L]. exists (fun m => image (fun v => v i) (law m)).
  assert (A : forall F, looks_at n (fun w => F (fun m => w m i)) ->
                E (fun w => F (fun m => w m i)) = family 0 (fun m => image (fun v => v i) (law m)) n F).
  { intros F K. rewrite L by exact K. symmetry. exact (image_of_family (fun v : vec => v i) zero law n F). }
  split; [exact A|]. intros m F Hm. rewrite (A (fun v => F (v m))) by (apply (one_looks_at_workers m (fun v => F (v i))), Hm).
  apply (draw_alone 0 (fun m => image (fun v => v i) (law m))), Hm.
Qed.

(* signproof lemma "vote without ties", of workers *)
Lemma mean_of_vote_without_ties m i : no_zeros d n g E -> (m < n)%nat -> (i < d)%nat ->
  g i * E (fun w => vote_of n w i)
  = g i * (E (fun w => lean_of n m w i) + E (fun w => swing_of n m w i) * E (fun w => sgn (w m i))).
Proof.
  intros Z Hm Hi. destruct (one_coordinate i) as [law [A B]].
  rewrite (B m sgn Hm).
  unfold vote_of, lean_of, swing_of.
  rewrite (A (majority n)) by apply vote_looks_at_workers.
  rewrite (A (fun v => lean (others n m v))) by apply lean_looks_at_workers.
  rewrite (A (fun v => swing (others n m v))) by apply swing_looks_at_workers.
  apply (vote_without_ties n law m (g i) Hm). intros N. rewrite <- (B m at_zero Hm). apply Z; auto.
Qed.

(* signproof lemma "vote of the others", of workers *)
Lemma mean_of_vote_of_the_others m i : (forall j, (j < n)%nat -> g i * E (fun w => sgn (w j i)) >= 0) ->
  g i * E (fun w => lean_of n m w i) >= 0.
Proof.
  intros S. destruct (one_coordinate i) as [law [A B]].
  unfold lean_of.
  rewrite (A (fun v => lean (others n m v))) by apply lean_looks_at_workers.
  apply Rle_ge, vote_of_the_others. intros j Hj. rewrite <- (B j sgn Hj). apply Rge_le, S, Hj.
Qed.
End Workers.

(* Means of sums in sums, as sums of multiples of means. *)
#[export] Instance total_of_equals n : Proper (respectful (pointwise_relation nat eq) eq) (total n).
Proof. intros a b S. apply total_ext. intros i _. apply S. Qed.
Ltac nested_means := linear_means; repeat first [setoid_rewrite mean_total | setoid_rewrite mean_scal].

Definition main_lemmas := (@norm_of_vote, @split_vote, @swing_is_not_negative, @mean_of_vote_without_ties,
  @mean_of_vote_of_the_others).
Print Assumptions main_lemmas.
