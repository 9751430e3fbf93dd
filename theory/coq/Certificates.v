(* Tactics that prove what signproof has a certificate of (theory/algebra/certificate.py): a refutation of the premises
   with the negated goal, by cases, derived facts, and sums of products that are 0 and positive at once. *)
From Coq Require Import Reals Lra Psatz Classical.
From Signproof Require Import Vectors.
Open Scope R_scope.

Tactic Notation "by_contradiction" ident(N) := apply NNPP; intro N.

Lemma apart a : a <> 0 -> 0 < a \/ 0 < - a.
Proof. intros N. lra. Qed.
Lemma three_cases a : 0 < a \/ a = 0 \/ 0 < - a.
Proof. lra. Qed.

(* ------------------------------------------------------------------------------------------------ atoms *)

Lemma inverse_facts y q : y = / q -> q = 0 \/ y * q - 1 = 0.
Proof. intros ->. destruct (Req_dec q 0) as [Z|N]; [auto|right]. field. exact N. Qed.
Lemma root_facts y q : y = sqrt q -> 0 < - q \/ 0 <= y /\ y ^ 2 - q = 0.
Proof.
  intros ->. destruct (Rlt_le_dec q 0) as [N|P]; [left; lra|right]. split; [apply sqrt_pos|]. rewrite pow2_sqrt; lra.
Qed.
Lemma size_facts y r : y = Rabs r -> 0 <= y /\ 0 <= y - r /\ 0 <= y + r /\ y ^ 2 - r ^ 2 = 0 /\
  ((0 <= r /\ y - r = 0) \/ (0 <= - r /\ y + r = 0)).
Proof.
  intros ->. destruct (Rle_lt_dec 0 r); [rewrite Rabs_pos_eq|rewrite Rabs_left]; repeat split; try lra; try ring.
Qed.
Lemma sign_facts y r : y = sgn r -> 0 <= 1 - y /\ 0 <= 1 + y /\ 0 <= y * r /\
  ((0 < r /\ y - 1 = 0) \/ (0 < - r /\ y + 1 = 0) \/ (r = 0 /\ y = 0)).
Proof. intros ->. destruct (sgn_cases r) as [[? ->]|[[? ->]|[? ->]]]; repeat split; lra. Qed.
Lemma larger_facts y a b : y = Rmax a b -> 0 <= y - a /\ 0 <= y - b /\ (y - a = 0 \/ y - b = 0).
Proof. intros ->. unfold Rmax. destruct (Rle_dec a b); lra. Qed.
Lemma smaller_facts y a b : y = Rmin a b -> 0 <= a - y /\ 0 <= b - y /\ (y - a = 0 \/ y - b = 0).
Proof. intros ->. unfold Rmin. destruct (Rle_dec a b); lra. Qed.

Lemma sign_of_opposite r s : r = - s -> sgn r = - sgn s.
Proof.
  intros ->. destruct (sgn_cases s) as [[? ->]|[[? ->]|[? ->]]]; destruct (sgn_cases (- s)) as [[? ->]|[[? ->]|[? ->]]]; lra.
Qed.

(* The same number, however it is written. *)
Ltac same_number := first [reflexivity | ring | field | lra].

(* y is a name for F q, wherever the goal has F of a number that equals q. *)
Tactic Notation "named_inverse" ident(y) constr(q) "as" ident(A) :=
  pose (y := / q);
  repeat match goal with |- context [/ ?r] => replace (/ r) with y by (unfold y; f_equal; same_number) end;
  pose proof (inverse_facts y q eq_refl) as A; clearbody y.
Tactic Notation "named_root" ident(y) constr(q) "as" ident(A) :=
  pose (y := sqrt q);
  repeat match goal with |- context [sqrt ?r] => replace (sqrt r) with y by (unfold y; f_equal; same_number) end;
  pose proof (root_facts y q eq_refl) as A; clearbody y.
Tactic Notation "named_abs" ident(y) constr(q) "as" ident(A) :=
  pose (y := Rabs q);
  repeat match goal with |- context [Rabs ?r] => replace (Rabs r) with y by (unfold y; f_equal; same_number) end;
  pose proof (size_facts y q eq_refl) as A; clearbody y.
Tactic Notation "named_sign" ident(y) constr(q) "as" ident(A) :=
  pose (y := sgn q);
  repeat match goal with
  | |- context [sgn ?r] =>
    first [ replace (sgn r) with y by (unfold y; f_equal; same_number)
          | replace (sgn r) with (- y) by (unfold y; symmetry; apply sign_of_opposite; same_number) ]
  end;
  pose proof (sign_facts y q eq_refl) as A; clearbody y.
Tactic Notation "named_max" ident(y) constr(p) constr(q) "as" ident(A) :=
  pose (y := Rmax p q);
  repeat match goal with
  | |- context [Rmax ?r ?s] =>
    replace (Rmax r s) with y by (unfold y; first [f_equal; same_number | rewrite Rmax_comm; f_equal; same_number])
  end;
  pose proof (larger_facts y p q eq_refl) as A; clearbody y.
Tactic Notation "named_min" ident(y) constr(p) constr(q) "as" ident(A) :=
  pose (y := Rmin p q);
  repeat match goal with
  | |- context [Rmin ?r ?s] =>
    replace (Rmin r s) with y by (unfold y; first [f_equal; same_number | rewrite Rmin_comm; f_equal; same_number])
  end;
  pose proof (smaller_facts y p q eq_refl) as A; clearbody y.

(* ------------------------------------------------------------------------------------------------ formulas *)

(* The goal is what H says, or a part of it, as comparisons of polynomials with 0. *)
Ltac alike_formula H :=
  lazymatch type of H with
  | _ \/ _ => destruct H as [H|H]; alike_formula H
  | _ =>
    lazymatch goal with
    | |- _ \/ _ => first [left; solve [alike_formula H] | right; solve [alike_formula H] | part_of H]
    | |- _ /\ _ => split; alike_formula H
    | |- True => exact I
    | |- _ => first [part_of H | clear - H; first [exact H | lra | intro; lra]]
    end
  end
with part_of H :=
  lazymatch type of H with
  | _ /\ _ => let A := fresh in let B := fresh in destruct H as [A B]; first [solve [alike_formula A] | alike_formula B]
  end.
Ltac from_premise H := first [exact H | alike_formula H].

(* The goal is the negation of what N denies. *)
Ltac from_negation N :=
  lazymatch goal with
  | |- _ /\ _ => split; from_negation N
  | |- _ \/ _ => apply NNPP; let M := fresh in intro M; apply N; clear N; denied M
  | |- True => exact I
  | |- _ => first [exact N | clear - N; lra | apply NNPP; let M := fresh in intro M; apply N; clear N; denied M]
  end
with denied M :=
  lazymatch goal with
  | |- True => exact I
  | |- _ /\ _ => split; denied M
  | |- _ \/ _ => first [left; solve [denied M] | right; denied M]
  | |- _ => first [clear - M; lra | apply NNPP; let K := fresh in intro K; apply M; denied K]
  end.

Ltac has_value := first [assumption | lra | match goal with H : _ |- _ => solve [clear - H; lra | clear - H; nra] end | nra].

(* The goal, of its parts as comparisons of polynomials with 0. *)
Ltac by_polynomials :=
  lazymatch goal with
  | |- _ /\ _ => split; by_polynomials
  | |- True => exact I
  | |- _ => first [assumption | match goal with G : _ |- _ => solve [from_premise G] end]
  end.
