(* Tactics that prove the steps of an exported proof: one for each rule of signproof's kernel. *)
From Coq Require Import FunctionalExtensionality Nsatz.
From Coquelicot Require Import Coquelicot.
From Coq Require Export Reals Lra Lia Psatz.
From Signproof Require Export Vectors Norms Objective Recursion Logarithm Certificates.
Open Scope R_scope.

(* ------------------------------------------------------------------------------------------------ numbers *)

Lemma scaled_le m a b : 0 <= m -> a <= b -> 0 <= m * (b - a).
Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma scaled_ge m a b : 0 <= m -> a >= b -> 0 <= m * (a - b).
Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma scaled_lt m a b : 0 <= m -> a < b -> 0 <= m * (b - a).
Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma scaled_gt m a b : 0 <= m -> a > b -> 0 <= m * (a - b).
Proof. intros. apply Rmult_le_pos; lra. Qed.
Lemma strictly_scaled_lt m a b : 0 < m -> a < b -> 0 < m * (b - a).
Proof. intros. apply Rmult_lt_0_compat; lra. Qed.
Lemma strictly_scaled_gt m a b : 0 < m -> a > b -> 0 < m * (a - b).
Proof. intros. apply Rmult_lt_0_compat; lra. Qed.
Lemma scaled_eq m a b : a = b -> m * (b - a) = 0.
Proof. intros ->. ring. Qed.

(* A relation without its denominator q. *)
Lemma cleared_lt a b q n : q > 0 -> (a - b) * q = n -> a < b -> n < 0.
Proof. intros Q <- A. nra. Qed.
Lemma cleared_le a b q n : q > 0 -> (a - b) * q = n -> a <= b -> n <= 0.
Proof. intros Q <- A. nra. Qed.
Lemma cleared_gt a b q n : q > 0 -> (a - b) * q = n -> a > b -> n > 0.
Proof. intros Q <- A. nra. Qed.
Lemma cleared_ge a b q n : q > 0 -> (a - b) * q = n -> a >= b -> n >= 0.
Proof. intros Q <- A. nra. Qed.
Lemma cleared_eq a b q n : q > 0 -> (a - b) * q = n -> a = b -> n = 0.
Proof. intros Q <- ->. ring. Qed.

Lemma abs_facts r : 0 <= Rabs r /\ Rabs r * Rabs r = r * r /\ r <= Rabs r /\ - r <= Rabs r.
Proof.
  repeat split.
  - apply Rabs_pos.
  - rewrite <- Rabs_mult. apply Rabs_pos_eq, Rle_0_sqr.
  - apply Rle_abs.
  - rewrite <- Rabs_Ropp. apply Rle_abs.
Qed.

Lemma max_facts a b : a <= Rmax a b /\ b <= Rmax a b /\ (Rmax a b - a) * (Rmax a b - b) = 0.
Proof. repeat split; [apply Rmax_l|apply Rmax_r|]. unfold Rmax. destruct (Rle_dec a b); ring. Qed.
Lemma min_facts a b : Rmin a b <= a /\ Rmin a b <= b /\ (Rmin a b - a) * (Rmin a b - b) = 0.
Proof. repeat split; [apply Rmin_l|apply Rmin_r|]. unfold Rmin. destruct (Rle_dec a b); ring. Qed.

Lemma sqrt_facts r : 0 <= r -> 0 <= sqrt r /\ sqrt r * sqrt r = r.
Proof. intros. split; [apply sqrt_pos|apply sqrt_sqrt; assumption]. Qed.

Lemma INR_zero : INR 0 = 0.
Proof. reflexivity. Qed.

Lemma some_coordinate d : (0 < d)%nat -> exists i, (i < d)%nat.
Proof. intros P. exists 0%nat. exact P. Qed.

(* Parts of statements. *)
Ltac parts :=
  repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  | H : True |- _ => clear H
  | H : ?a = ?a |- _ => clear H
  end.
Ltac goals :=
  repeat match goal with
  | |- True => exact I
  | |- _ /\ _ => split
  | |- ?a <= ?b \/ _ => destruct (Rle_lt_dec a b); [left; assumption|right]
  | |- ?a < ?b \/ _ => destruct (Rlt_le_dec a b); [left; assumption|right]
  | |- ?a >= ?b \/ _ => destruct (Rge_gt_dec a b); [left; assumption|right]
  | |- ?a > ?b \/ _ => destruct (Rgt_ge_dec a b); [left; assumption|right]
  | |- ?a <> ?b => intro
  end.

(* r ^ (k + 1) = r r ^ k, and k + 1 as a real number. *)
Ltac powers :=
  rewrite ?S_INR, ?INR_zero in *;
  repeat match goal with
  | |- context [?r ^ S ?n] => is_var n; rewrite <- (tech_pow_Rmult r n)
  | H : context [?r ^ S ?n] |- _ => is_var n; rewrite <- (tech_pow_Rmult r n) in H
  | |- context [?r ^ S (S ?n)] => is_var n; rewrite <- (tech_pow_Rmult r (S n))
  | H : context [?r ^ S (S ?n)] |- _ => is_var n; rewrite <- (tech_pow_Rmult r (S n)) in H
  end.

(* Fractions as products with inverses. *)
Ltac inverses := unfold Rdiv in *; rewrite <- ?pow_inv in *.

Ltac arithmetic := first [assumption | lra | nra].

(* What is known of the inverses, absolute values, signs, roots, maxima and minima that occur. *)
Ltac positive q := first [assumption | lra | nra | apply pow_lt; arithmetic | apply Rmult_lt_0_compat; arithmetic].
Ltac known_inverse q :=
  first
  [ assert (0 < q) by positive q;
    assert (0 < / q) by (apply Rinv_0_lt_compat; assumption);
    assert (q * / q = 1) by (apply Rinv_r, Rgt_not_eq; assumption)
  | assert (0 < - q) by positive (- q);
    assert (/ q < 0) by (apply Rinv_lt_0_compat; lra);
    assert (q * / q = 1) by (apply Rinv_r; lra)
  | assert (q <> 0) by (first [assumption | intro; nra]);
    assert (q * / q = 1) by (apply Rinv_r; assumption) ].
Ltac generalized t := let y := fresh "y" in set (y := t) in *; clearbody y.
Ltac known t :=
  lazymatch t with
  | / ?q => known_inverse q; generalized t
  | Rabs ?r => destruct (abs_facts r) as [? [? [? ?]]]; generalized t
  | sgn ?r => destruct (sgn_cases r) as [[? ?]|[[? ?]|[? ?]]]; generalized t
  | sqrt ?r => let P := fresh in assert (P : 0 <= r) by arithmetic; destruct (sqrt_facts r P) as [? ?]; generalized t
  | Rmax ?a ?b => destruct (max_facts a b) as [? [? ?]]; generalized t
  | Rmin ?a ?b => destruct (min_facts a b) as [? [? ?]]; generalized t
  end.
Ltac has_none t :=
  lazymatch t with
  | context [Rinv _] => fail | context [Rabs _] => fail | context [sgn _] => fail | context [sqrt _] => fail
  | context [Rmax _ _] => fail | context [Rmin _ _] => fail | _ => idtac
  end.
Ltac inside t := lazymatch t with ?f ?a => has_none a end.
Ltac look T :=
  match T with
  | context [Rinv ?q] => has_none q; known (/ q)
  | context [Rabs ?r] => has_none r; known (Rabs r)
  | context [sgn ?r] => has_none r; known (sgn r)
  | context [sqrt ?r] => has_none r; known (sqrt r)
  | context [Rmax ?a ?b] => has_none a; has_none b; known (Rmax a b)
  | context [Rmin ?a ?b] => has_none a; has_none b; known (Rmin a b)
  end.
Ltac opaque :=
  inverses;
  repeat match goal with
  | |- ?T => look T
  | H : ?T |- _ => lazymatch type of T with Prop => look T end
  end.

(* Equations of a variable with something are substituted. *)
Ltac substituted := repeat match goal with H : ?y = _ |- _ => is_var y; subst y | H : _ = ?y |- _ => is_var y; subst y end.

(* Signs that stand for themselves: of products, quotients, powers and roots of positive numbers. *)
Ltac positive_number :=
  lazymatch goal with
  | |- ?a > 0 => change (0 < a); positive_number
  | |- 0 < _ * _ => apply Rmult_lt_0_compat; positive_number
  | |- 0 < _ / _ => apply Rdiv_lt_0_compat; positive_number
  | |- 0 < / _ => apply Rinv_0_lt_compat; positive_number
  | |- 0 < _ ^ _ => apply pow_lt; positive_number
  | |- 0 < sqrt _ => apply sqrt_lt_R0; positive_number
  | |- 0 < exp _ => apply exp_pos
  | |- _ => solve [assumption | lra]
  end
with not_negative :=
  lazymatch goal with
  | |- ?a >= 0 => apply Rle_ge; not_negative
  | |- 0 <= _ * _ => apply Rmult_le_pos; not_negative
  | |- 0 <= _ / _ => apply Rdiv_le_0_compat; [not_negative|positive_number]
  | |- 0 <= / _ => apply Rlt_le, Rinv_0_lt_compat; positive_number
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ ^ _ => apply pow_le; not_negative
  | |- 0 <= sqrt _ => apply sqrt_pos
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= exp _ => apply Rlt_le, exp_pos
  | |- 0 <= norm _ _ => apply non_negative_norm
  | |- 0 <= dual_norm _ _ => apply non_negative_dual_norm
  | |- _ => solve [assumption | lra]
  end.

Ltac decided :=
  first [lra | apply pow2_ge_0 | apply Rle_ge, pow2_ge_0 | apply Rabs_pos | apply Rle_ge, Rabs_pos | nra | substituted; first [lra | nra]].

(* Rule "decide", after `clear` has left what it uses. *)
Ltac decide_step := powers; parts; goals; opaque; parts; decided.

(* A denominator or a multiplier. *)
Ltac nonzero :=
  repeat match goal with |- _ /\ _ => split end;
  powers; parts;
  match goal with
  | |- ?q <> 0 =>
    first [ assumption | apply Rgt_not_eq; positive_number | apply Rgt_not_eq; solve [decide_step] | apply Rlt_not_eq; solve [decide_step]
          | let E := fresh in intro E; opaque; parts; nra ]
  end.
(* Roots and absolute values as numbers of which the squares are known. *)
Ltac rooted :=
  repeat match goal with
  | |- context [sqrt ?r] =>
    let S := fresh "S" in assert (S : sqrt r * sqrt r = r) by (apply sqrt_sqrt; first [not_negative | solve [decide_step]]);
    let P := fresh "P" in first [assert (P : 0 < sqrt r) by (apply sqrt_lt_R0; positive_number) | pose proof (sqrt_pos r) as P];
    let y := fresh "y" in set (y := sqrt r) in *; clearbody y
  | |- context [Rabs ?r] =>
    let S := fresh "S" in assert (S : Rabs r * Rabs r = r * r) by apply abs_facts;
    let y := fresh "y" in set (y := Rabs r) in *; clearbody y
  end.
Ltac fraction_of_roots :=
  lazymatch goal with |- context [sqrt _] => idtac | |- context [Rabs _] => idtac end;
  rooted; field_simplify_eq; [|nonzero ..];
  repeat match goal with S : ?y * ?y = ?r |- _ => field_simplify_eq in S; [nonzero ..|revert S] end;
  cbn [Rpow_def.pow]; intros; nsatz.
Ltac inverses_of_goal := unfold Rdiv; rewrite <- ?pow_inv.
Ltac fraction := first [ring | solve [inverses_of_goal; ring] | solve [field; nonzero] | solve [inverses_of_goal; lra] | solve [fraction_of_roots]].

(* Factors of a number that is not 0. *)
Ltac nonzero_by q := repeat split; first [lra | let Z := fresh in intro Z; rewrite Z in q; lra].

(* ------------------------------------------------------------------------------------------------ vectors *)

Ltac same_vector :=
  solve [reflexivity | apply functional_extensionality; intro; unfold add, sub, scale, zero; fraction].

Section Norms.
Context {d : nat} (p : DualPair d).
Lemma norm_of_same u v : u = v -> norm p u = norm p v.
Proof. intros ->. reflexivity. Qed.
Lemma norm_of_opposite u v : u = (-1 * v)%V -> norm p u = norm p v.
Proof. intros ->. rewrite norm_scale, Rabs_left; lra. Qed.
Lemma norm_of_multiple c u v : u = (c * v)%V -> norm p u = Rabs c * norm p v.
Proof. intros ->. apply norm_scale. Qed.
Lemma dual_norm_of_same u v : u = v -> dual_norm p u = dual_norm p v.
Proof. intros ->. reflexivity. Qed.
Lemma dual_norm_of_opposite u v : u = (-1 * v)%V -> dual_norm p u = dual_norm p v.
Proof. intros ->. rewrite dual_norm_scale, Rabs_left; lra. Qed.
Lemma dual_norm_of_multiple c u v : u = (c * v)%V -> dual_norm p u = Rabs c * dual_norm p v.
Proof. intros ->. apply dual_norm_scale. Qed.
End Norms.

Lemma abs_of_same a b : a = b -> Rabs a = Rabs b.
Proof. intros ->. reflexivity. Qed.
Lemma abs_of_opposite a b : a = - b -> Rabs a = Rabs b.
Proof. intros ->. apply Rabs_Ropp. Qed.

Ltac same_part :=
  solve
  [ reflexivity
  | apply norm_of_same; same_vector | apply norm_of_opposite; same_vector
  | apply dual_norm_of_same; same_vector | apply dual_norm_of_opposite; same_vector
  | apply abs_of_same; fraction | apply abs_of_opposite; fraction
  | apply dot_comm
  | apply total_ext; intros; cbn beta; first [fraction | f_equal; fraction] ].

(* Norms, inner products, absolute values and sums in H are written as they are in the goal. *)
Ltac alike H :=
  repeat match goal with
  | |- context [norm ?p ?u] =>
    match type of H with context [norm p ?v] =>
      tryif constr_eq u v then fail else replace (norm p v) with (norm p u) in H by same_part end
  | |- context [dual_norm ?p ?u] =>
    match type of H with context [dual_norm p ?v] =>
      tryif constr_eq u v then fail else replace (dual_norm p v) with (dual_norm p u) in H by same_part end
  | |- context [dot ?d ?u ?v] =>
    match type of H with context [dot d v u] =>
      tryif constr_eq u v then fail else replace (dot d v u) with (dot d u v) in H by apply dot_comm end
  | |- context [total ?n ?a] =>
    match type of H with context [total n ?b] =>
      tryif constr_eq a b then fail else replace (total n b) with (total n a) in H by same_part end
  | |- context [Rabs ?a] =>
    match type of H with context [Rabs ?b] =>
      tryif constr_eq a b then fail else replace (Rabs b) with (Rabs a) in H by same_part end
  | |- context [exp ?a] =>
    match type of H with context [exp ?b] =>
      tryif constr_eq a b then fail else replace (exp b) with (exp a) in H by (f_equal; fraction) end
  end.

Lemma times_successor m n : (m * S n = m + m * n)%nat.
Proof. lia. Qed.

(* Coordinates of combinations, and what a sequence is at n + 1. *)
Ltac at_coordinate :=
  try (rewrite ?times_successor; cbn [Nat.add]);
  repeat match goal with
  | |- context [add ?u ?v ?i] => change (add u v i) with (u i + v i)
  | |- context [sub ?u ?v ?i] => change (sub u v i) with (u i - v i)
  | |- context [scale ?t ?u ?i] => change (scale t u i) with (t * u i)
  | |- context [maximizer (linf ?d) ?g ?i] => change (maximizer (linf d) g i) with (sgn (g i))
  end.
Ltac at_coordinate_in H := revert H; at_coordinate; intros H.
Ltac same_sum := apply total_ext; intros; at_coordinate; fraction.

Ltac same_fraction := first [fraction | f_equal; fraction].

(* Both sides of the goal are those of H, as fractions. *)
Ltac same_sides H :=
  let sides a b c e := (replace a with c by same_fraction; replace b with e by same_fraction; exact H) in
  lazymatch goal with
  | |- ?a <= ?b => lazymatch type of H with ?c <= ?e => sides a b c e end
  | |- ?a >= ?b => lazymatch type of H with ?c >= ?e => sides a b c e | ?c <= ?e => apply Rle_ge; sides b a c e end
  | |- ?a < ?b => lazymatch type of H with ?c < ?e => sides a b c e end
  | |- ?a > ?b => lazymatch type of H with ?c > ?e => sides a b c e end
  | |- ?a = ?b => lazymatch type of H with ?c = ?e => sides a b c e end
  end.

Ltac by_equation H := lazymatch type of H with _ = _ => rewrite H; fraction end.

(* The goal is what H says, up to normal form. *)
Ltac by_instance H :=
  cbn beta in H;
  first
  [ exact H
  | autorewrite with dot in H; alike H; powers; parts; goals; first [exact H | lra | solve [inverses; lra] | solve [by_equation H] | solve [same_sides H] | nra | opaque; parts; decided] ].

(* ------------------------------------------------------------------------------------------------ equations *)

Ltac expanded := autorewrite with dot; cbn beta.
Ltac absolute :=
  unfold Rdiv; rewrite ?Rabs_mult;
  solve [reflexivity | ring | repeat match goal with |- context [Rabs ?r] => rewrite (Rabs_pos_eq r) by (first [apply sqrt_pos | arithmetic]) end; fraction
        | opaque; parts; decided].

Ltac equal :=
  powers;
  first [reflexivity | fraction | lra | absolute].

(* Sums over coordinates that are the same are written in one way. *)
Ltac same_totals :=
  repeat match goal with
  | |- context [total ?n ?a] =>
    match goal with
    | |- context [total n ?b] => tryif constr_eq a b then fail else replace (total n b) with (total n a) by same_part
    end
  end.
Ltac equal_sums := first [equal | same_totals; equal].

(* The norm of a combination is |c| times that of a vector. *)
Ltac scaled_norm c :=
  match goal with
  | |- norm ?p ?u = ?other =>
    match other with context [norm p ?v] => transitivity (Rabs c * norm p v);
      [first [apply norm_of_multiple; same_vector | rewrite <- (Rabs_Ropp c); apply norm_of_multiple; same_vector]|absolute] end
  | |- dual_norm ?p ?u = ?other =>
    match other with context [dual_norm p ?v] => transitivity (Rabs c * dual_norm p v);
      [first [apply dual_norm_of_multiple; same_vector | rewrite <- (Rabs_Ropp c); apply dual_norm_of_multiple; same_vector]|absolute] end
  end.

(* From the gap of an inequality, a sum of what is not negative, to the inequality. *)
Ltac combined E :=
  let Z := fresh in
  match type of E with ?gap = ?sum =>
    first
    [ assert (Z : gap = 0) by (rewrite E; repeat match goal with P : ?t = 0 |- context [?t] => rewrite P end; ring); clear E; lra
    | match goal with
      | |- _ < _ => assert (Z : 0 < gap)
      | |- _ > _ => assert (Z : 0 < gap)
      | _ => assert (Z : 0 <= gap)
      end;
      [ rewrite E; clear E; repeat match goal with P : _ \/ _ |- _ => destruct P end;
        repeat match goal with |- context [?a * (?b - ?c)] => let z := fresh "z" in set (z := a * (b - c)) in *; clearbody z end; lra
      | clear E; lra ] ]
  end.

(* A premise of H becomes a goal of its own. *)
Ltac premise H :=
  match type of H with ?P -> _ => let Q := fresh "Q" in assert (Q : P); [cbn beta; clear H|specialize (H Q); clear Q] end.

Lemma euclidean_dual_norm d v : dot d v v = dual_norm (l2 d) v ^ 2.
Proof. apply euclidean_norm. Qed.

(* A corner of the cube around x, at which f rises by as much as the curvature in all coordinates together. *)
Lemma corner_exists d (f : vec -> R) (c : R) :
  (forall y i, (i < d)%nat -> f (y + unit i)%V + f (y - unit i)%V >= 2 * f y + 2 * c) ->
  forall x u, exists z,
    norm (linf d) (z - x)%V <= 1 /\ f z - f x >= dot d u (z - x)%V + c * total d (fun i => 1).
Proof.
  intros A x u. destruct (induction_over_coordinates d f c A x u) as [s [Signs Gain]].
  exists (x + s)%V. replace (x + s - x)%V with s by vector. split.
  - apply corner_of_a_cube. intros i I. destruct (Signs i I) as [->| ->]; [apply Rabs_R1|].
    rewrite Rabs_left; lra.
  - rewrite dimension. exact Gain.
Qed.

(* ------------------------------------------------------------------------------------------------ orbits *)

Lemma partial_derivative_is d f grad y i l :
  differentiable d f grad -> (i < d)%nat -> is_derive (fun t => f (y + t * unit i)%V) 0 l -> grad y i = l.
Proof.
  intros D I L. specialize (D y (unit i)). rewrite dot_comm, dot_unit in D by exact I.
  rewrite <- (is_derive_unique _ _ _ D). apply is_derive_unique. exact L.
Qed.

(* A coordinate of the gradient D of f, of which E is the formula. *)
Ltac partial_derivative D E i :=
  apply (partial_derivative_is _ _ _ _ i _ D); [lia|];
  let F := fresh in pose proof (functional_extensionality _ _ E) as F; rewrite F; clear F;
  unfold add, scale; cbv beta;
  repeat match goal with
  | |- context [unit ?m ?n] =>
    first [replace (unit m n) with 1 by reflexivity | replace (unit m n) with 0 by reflexivity]
  end;
  auto_derive; [repeat split; auto|first [ring | field]].

(* ------------------------------------------------------------------------------------------------ certificates *)

(* Facts are numbers that are not negative, positive, or 0. *)
Lemma fact_le a b : a <= b -> 0 <= b - a.
Proof. lra. Qed.
Lemma fact_ge a b : a >= b -> 0 <= a - b.
Proof. lra. Qed.
Lemma fact_lt a b : a < b -> 0 < b - a.
Proof. lra. Qed.
Lemma fact_gt a b : a > b -> 0 < a - b.
Proof. lra. Qed.
Lemma fact_eq a b : a = b -> b - a = 0.
Proof. lra. Qed.
Tactic Notation "fact" ident(H) ident(F) :=
  let G := fresh in
  match type of H with
  | _ <= _ => pose proof (fact_le _ _ H) as G
  | _ >= _ => pose proof (fact_ge _ _ H) as G
  | _ < _ => pose proof (fact_lt _ _ H) as G
  | _ > _ => pose proof (fact_gt _ _ H) as G
  | _ = _ => pose proof (fact_eq _ _ H) as G
  end; try clear F; rename G into F.
Tactic Notation "negated" ident(N) :=
  match goal with
  | |- ?a <= ?b => destruct (Rle_lt_dec a b) as [N|N]; [exact N|exfalso]
  | |- ?a < ?b => destruct (Rlt_le_dec a b) as [N|N]; [exact N|exfalso]
  | |- ?a >= ?b => destruct (Rge_gt_dec a b) as [N|N]; [exact N|exfalso]
  | |- ?a > ?b => destruct (Rgt_ge_dec a b) as [N|N]; [exact N|exfalso]
  end.
Tactic Notation "product" ident(F) ident(G) "as" ident(Q) :=
  match type of F with
  | 0 < _ =>
    match type of G with
    | 0 < _ => pose proof (Rmult_lt_0_compat _ _ F G) as Q
    | _ => pose proof (Rmult_le_pos _ _ (Rlt_le _ _ F) G) as Q
    end
  | _ =>
    match type of G with
    | 0 < _ => pose proof (Rmult_le_pos _ _ F (Rlt_le _ _ G)) as Q
    | _ => pose proof (Rmult_le_pos _ _ F G) as Q
    end
  end.
Lemma multiple_of_zero m a : a = 0 -> m * a = 0.
Proof. intros ->. ring. Qed.
Tactic Notation "multiple" ident(F) constr(m) "as" ident(Q) := pose proof (multiple_of_zero m _ F) as Q.
Ltac contradiction_of_sums := inverses; lra.

Lemma inverse_of_positive q : 0 < q -> 0 < / q /\ q * / q = 1.
Proof. intros P. split; [apply Rinv_0_lt_compat, P|apply Rinv_r, Rgt_not_eq, P]. Qed.
Lemma inverse_of_negative q : q < 0 -> / q < 0 /\ q * / q = 1.
Proof. intros P. split; [apply Rinv_lt_0_compat, P|apply Rinv_r, Rlt_not_eq, P]. Qed.
