(* Expectations.

   An expectation is a positive, normalized, linear functional on the real functions of an outcome. The main instance
   is the mean under a law with finitely many outcomes, [of_law]. This is what "expectation" means in the theorems: all
   means exist, since all functions have one; in return laws without finite support are not among the instances.

   A conditional expectation E[a | x] is the mean over a draw whose law may depend on x ([two_stage], [next]). For laws
   with finitely many outcomes it is shown below to be the elementary one, E[a 1{X = x}] / P(X = x). *)
From Coq Require Import Reals Lra Lia Psatz.
From Signproof Require Import Vectors Norms Recursion.
Open Scope R_scope.

(* ------------------------------------------------------------------------------------------------ finite sums *)

Lemma total_scale_r n c a : total n (fun i => a i * c) = total n a * c.
Proof. induction n; cbn; [ring|]. rewrite IHn. ring. Qed.

Lemma total_of_zeros n a : (forall i, (i < n)%nat -> a i = 0) -> total n a = 0.
Proof. intros H. rewrite (total_ext n a (fun _ => 0)) by auto. apply total_zero. Qed.

Lemma total_swap n m (a : nat -> nat -> R) :
  total n (fun i => total m (fun j => a i j)) = total m (fun j => total n (fun i => a i j)).
Proof.
  induction n; cbn.
  - symmetry. apply total_zero.
  - rewrite IHn, total_add. reflexivity.
Qed.

(* A quadratic form that is never negative has no positive discriminant. *)
Lemma discriminant p q r : (forall s t, 0 <= s ^ 2 * q + 2 * s * t * p + t ^ 2 * r) -> p ^ 2 <= q * r.
Proof.
  intros H. pose proof (H 1 0). pose proof (H 0 1). destruct (Req_dec r 0) as [Z|Z].
  - pose proof (H p (- (q + 1))) as G. rewrite Z in *. nra.
  - pose proof (H r (- p)) as G. assert (0 < r) by lra.
    assert (0 <= r * (q * r - p ^ 2)) by nra. assert (0 <= q * r - p ^ 2) by nra. lra.
Qed.

(* Cauchy-Schwarz for sums *)
Lemma total_Cauchy_Schwarz n a b :
  total n (fun i => a i * b i) ^ 2 <= total n (fun i => a i ^ 2) * total n (fun i => b i ^ 2).
Proof.
  apply discriminant. intros s t. rewrite <- !total_scale, <- !total_add. apply total_nonneg. intros i _.
  replace (s ^ 2 * a i ^ 2 + 2 * s * t * (a i * b i) + t ^ 2 * b i ^ 2) with ((s * a i + t * b i) ^ 2) by ring.
  apply pow2_ge_0.
Qed.

(* ------------------------------------------------------------------------------------------------ expectations *)

Record expectation (Omega : Type) : Type := {
  mean : (Omega -> R) -> R;
  mean_plus : forall a b, mean (fun w => a w + b w) = mean a + mean b;
  mean_scal : forall c a, mean (fun w => c * a w) = c * mean a;
  mean_one : mean (fun _ => 1) = 1;
  mean_monotone : forall a b, (forall w, a w <= b w) -> mean a <= mean b
}.

(* E a is written for the mean of a. *)
Coercion mean : expectation >-> Funclass.
Arguments mean {Omega} _ _.
Arguments mean_plus {Omega} _ _ _.
Arguments mean_scal {Omega} _ _ _.
Arguments mean_one {Omega} _.
Arguments mean_monotone {Omega} _ _ _ _.

Section Means.
Context {Omega : Type} (E : expectation Omega).
Implicit Types (a b : Omega -> R) (c : R).

(* signproof lemma "monotone expectation" *)
Lemma monotone_expectation a b : (forall w, a w <= b w) -> E a <= E b.
Proof. apply mean_monotone. Qed.

(* signproof lemma "expectation of equals" *)
Lemma expectation_of_equals a b : (forall w, a w = b w) -> E a = E b.
Proof. intros H. apply Rle_antisym; apply mean_monotone; intro w; rewrite H; lra. Qed.

Lemma mean_const c : E (fun _ => c) = c.
Proof.
  rewrite (expectation_of_equals (fun _ => c) (fun _ => c * 1)) by (intro; ring).
  rewrite mean_scal, mean_one. ring.
Qed.

Lemma mean_opp a : E (fun w => - a w) = - E a.
Proof.
  rewrite (expectation_of_equals (fun w => - a w) (fun w => -1 * a w)) by (intro; ring). rewrite mean_scal. ring.
Qed.

Lemma mean_minus a b : E (fun w => a w - b w) = E a - E b.
Proof.
  rewrite (expectation_of_equals (fun w => a w - b w) (fun w => a w + - b w)) by (intro; ring).
  rewrite mean_plus, mean_opp. ring.
Qed.

Lemma mean_scal_r a c : E (fun w => a w * c) = E a * c.
Proof.
  rewrite (expectation_of_equals (fun w => a w * c) (fun w => c * a w)) by (intro; ring). rewrite mean_scal. ring.
Qed.

Lemma mean_total n (a : nat -> Omega -> R) : E (fun w => total n (fun i => a i w)) = total n (fun i => E (a i)).
Proof. induction n; cbn; [apply mean_const|]. rewrite mean_plus, IHn. reflexivity. Qed.

Lemma mean_nonneg a : (forall w, 0 <= a w) -> 0 <= E a.
Proof. intros H. rewrite <- (mean_const 0). apply mean_monotone. auto. Qed.

(* signproof lemma "Jensen" *)
Lemma Jensen a : Rabs (E a) <= E (fun w => Rabs (a w)).
Proof.
  apply Rabs_le. split.
  - rewrite <- mean_opp. apply mean_monotone. intro w. generalize (Rle_abs (- a w)). rewrite Rabs_Ropp. lra.
  - apply mean_monotone. intro w. apply Rle_abs.
Qed.

(* Cauchy-Schwarz for means: E[a b]^2 <= E[a^2] E[b^2] *)
Lemma mean_Cauchy_Schwarz a b : E (fun w => a w * b w) ^ 2 <= E (fun w => a w ^ 2) * E (fun w => b w ^ 2).
Proof.
  apply discriminant. intros s t. rewrite <- !mean_scal, <- !mean_plus. apply mean_nonneg. intro w.
  replace (s ^ 2 * a w ^ 2 + 2 * s * t * (a w * b w) + t ^ 2 * b w ^ 2) with ((s * a w + t * b w) ^ 2) by ring.
  apply pow2_ge_0.
Qed.

(* E[a]^2 <= E[a^2] *)
Lemma square_of_mean_is_at_most_mean_of_square a : E a ^ 2 <= E (fun w => a w ^ 2).
Proof.
  pose proof (mean_Cauchy_Schwarz a (fun _ => 1)) as H. cbv beta in H.
  rewrite (expectation_of_equals (fun w => a w * 1) a) in H by (intro; ring).
  rewrite (expectation_of_equals (fun _ => 1 ^ 2) (fun _ => 1)) in H by (intro; ring). rewrite mean_one in H. lra.
Qed.

(* If E[a^2] <= sigma^2, then E|a| <= sigma: bounded variance bounds the mean size of the noise. *)
Lemma mean_of_size_is_at_most_deviation a sigma :
  0 <= sigma -> E (fun w => a w ^ 2) <= sigma ^ 2 -> E (fun w => Rabs (a w)) <= sigma.
Proof.
  intros S H. pose proof (square_of_mean_is_at_most_mean_of_square (fun w => Rabs (a w))) as Q.
  cbv beta in Q.
  rewrite (expectation_of_equals (fun w => Rabs (a w) ^ 2) (fun w => a w ^ 2)) in Q by (intro; apply pow2_abs).
  apply Rnot_lt_le. intro. nra.
Qed.

(* Two quantities are independent if the means of products of their functions are the products of the means. For laws
   with finitely many outcomes this follows from the independence of events: [independent_events_are_enough]. *)
Definition independent a b : Prop :=
  forall phi psi : R -> R,
    E (fun w => phi (a w) * psi (b w)) = E (fun w => phi (a w)) * E (fun w => psi (b w)).

(* signproof lemma "product of expectations" *)
Lemma product_of_expectations a b : independent a b -> E (fun w => a w * b w) = E a * E b.
Proof. intros H. exact (H (fun r => r) (fun r => r)). Qed.

End Means.

(* ------------------------------------------------------------------------------------------------ instances *)

(* Finitely many outcomes, each with its chance. *)
Record law (Omega : Type) : Type := {
  count : nat;
  outcome : nat -> Omega;
  chance : nat -> R;
  chance_nonneg : forall i, (i < count)%nat -> 0 <= chance i;
  chance_total : total count chance = 1
}.
Arguments count {Omega} _.
Arguments outcome {Omega} _ _.
Arguments chance {Omega} _ _.
Arguments chance_nonneg {Omega} _ _ _.
Arguments chance_total {Omega} _.

Definition of_law {Omega} (P : law Omega) : expectation Omega.
Proof.
  refine {| mean := fun a => total (count P) (fun i => chance P i * a (outcome P i)) |}.
  - intros a b. rewrite <- total_add. apply total_ext. intros. ring.
  - intros c a. rewrite <- total_scale. apply total_ext. intros. ring.
  - rewrite (total_ext _ _ (chance P)) by (intros; ring). apply chance_total.
  - intros a b H. apply sum_of_inequalities. intros. apply Rmult_le_compat_l; [apply chance_nonneg; auto|auto].
Defined.

(* What is not random. *)
Definition sure {Omega} (x : Omega) : expectation Omega.
Proof. refine {| mean := fun a => a x |}; auto. Defined.

(* The law of f of what is drawn. *)
Definition image {X Y} (f : X -> Y) (E : expectation X) : expectation Y.
Proof.
  refine {| mean := fun a => E (fun x => a (f x)) |}.
  - intros a b. apply mean_plus.
  - intros c a. apply mean_scal.
  - apply mean_one.
  - intros a b H. apply mean_monotone. auto.
Defined.

(* x is drawn first, then y by a law that may depend on x. *)
Definition two_stage {X Y} (E : expectation X) (draw : X -> expectation Y) : expectation (X * Y).
Proof.
  refine {| mean := fun a => E (fun x => draw x (fun y => a (x, y))) |}.
  - intros a b. rewrite <- mean_plus. apply expectation_of_equals. intro. apply mean_plus.
  - intros c a. rewrite <- mean_scal. apply expectation_of_equals. intro. apply mean_scal.
  - rewrite (expectation_of_equals E _ (fun _ => 1)) by (intro; apply mean_one). apply mean_one.
  - intros a b H. apply mean_monotone. intro. apply mean_monotone. auto.
Defined.

(* E[a | x] in a two-stage experiment *)
Definition given {X Y} (draw : X -> expectation Y) (a : X * Y -> R) (x : X) : R := draw x (fun y => a (x, y)).

(* signproof lemma "tower property" *)
Lemma tower_property {X Y} (E : expectation X) (draw : X -> expectation Y) a :
  two_stage E draw (fun w => given draw a (fst w)) = two_stage E draw a.
Proof. apply (expectation_of_equals E). intro x. exact (mean_const (draw x) (given draw a x)). Qed.

(* What is known given x comes out of E[. | x] ... *)
Lemma known_comes_out {X Y} (draw : X -> expectation Y) (b : X -> R) a x :
  given draw (fun w => b (fst w) * a w) x = b x * given draw a x.
Proof. exact (mean_scal (draw x) (b x) (fun y => a (x, y))). Qed.

(* ... so E[a | x] meets Kolmogorov's condition: E[b(x) E[a | x]] = E[b(x) a]. *)
Lemma conditional_mean_is_right {X Y} (E : expectation X) (draw : X -> expectation Y) (b : X -> R) a :
  two_stage E draw (fun w => b (fst w) * given draw a (fst w)) = two_stage E draw (fun w => b (fst w) * a w).
Proof.
  rewrite <- (tower_property E draw (fun w => b (fst w) * a w)).
  apply (expectation_of_equals (two_stage E draw)). intros [x y]. cbn. symmetry. apply known_comes_out.
Qed.

(* One step of a random process: the law of the next state, from the law of the state. *)
Definition next {X} (E : expectation X) (step : X -> expectation X) : expectation X := image snd (two_stage E step).

(* The law of the k-th state of a random process from x0. *)
Fixpoint state {X} (x0 : X) (step : nat -> X -> expectation X) (k : nat) : expectation X :=
  match k with O => sure x0 | S n => next (state x0 step n) (step n) end.

(* signproof lemma "tower property", for a process: E[E[a(x_{k+1}) | x_k]] = E[a(x_{k+1})] *)
Lemma tower_property_of_process {X} (x0 : X) step k a :
  state x0 step k (fun x => step k x a) = state x0 step (S k) a.
Proof. reflexivity. Qed.

(* Two draws that know nothing of each other are independent. *)
Lemma separate_draws_are_independent {X Y} (E : expectation X) (F : expectation Y) (a : X -> R) (b : Y -> R) :
  independent (two_stage E (fun _ => F)) (fun w => a (fst w)) (fun w => b (snd w)).
Proof.
  intros phi psi. cbn. rewrite (expectation_of_equals E _ (fun x => phi (a x) * F (fun y => psi (b y)))).
  - rewrite mean_scal_r, mean_const. f_equal. apply expectation_of_equals. intro. symmetry. apply mean_const.
  - intro. apply mean_scal.
Qed.

(* ------------------------------------------------------------------------------------------------ many draws *)

Definition update {A} (w : nat -> A) (i : nat) (x : A) (j : nat) : A := if Nat.eqb j i then x else w j.

Lemma update_same {A} (w : nat -> A) i x : update w i x i = x.
Proof. unfold update. rewrite Nat.eqb_refl. reflexivity. Qed.
Lemma update_other {A} (w : nat -> A) i x j : j <> i -> update w i x j = w j.
Proof. intros H. unfold update. apply Nat.eqb_neq in H. rewrite H. reflexivity. Qed.

Section Family.
Context {A : Type} (origin : A) (E : nat -> expectation A).

(* n independent draws, the i-th one by E i; later places are filled with [origin]. *)
Fixpoint family (n : nat) : expectation (nat -> A) :=
  match n with
  | O => sure (fun _ => origin)
  | S m => image (fun w => update (fst w) m (snd w)) (two_stage (family m) (fun _ => E m))
  end.

Lemma family_step n a : family (S n) a = family n (fun w => E n (fun x => a (update w n x))).
Proof. reflexivity. Qed.

(* What does not look at place i. *)
Definition blind (i : nat) (b : (nat -> A) -> R) : Prop :=
  forall w w', (forall j, j <> i -> w j = w' j) -> b w = b w'.

Lemma family_step_blind n b : blind n b -> family (S n) b = family n b.
Proof.
  intros H. rewrite family_step. apply expectation_of_equals. intro w.
  rewrite (expectation_of_equals (E n) _ (fun _ => b w)); [apply mean_const|].
  intro x. apply H. intros j J. apply update_other. auto.
Qed.

Lemma draw_and_others n i (a : A -> R) b :
  (i < n)%nat -> blind i b -> family n (fun w => a (w i) * b w) = E i a * family n b.
Proof.
  revert b. induction n; intros b Hi B; [lia|]. rewrite !family_step. destruct (Nat.eq_dec i n) as [->|N].
  - rewrite <- mean_scal. apply expectation_of_equals. intro w.
    rewrite (expectation_of_equals (E n) (fun x => b (update w n x)) (fun _ => b w)).
    + rewrite mean_const, <- mean_scal_r. apply expectation_of_equals. intro x. rewrite update_same. f_equal.
      apply B. intros. apply update_other. auto.
    + intro x. apply B. intros. apply update_other. auto.
  - rewrite <- IHn; [| lia |].
    + apply expectation_of_equals. intro w. rewrite <- mean_scal. apply expectation_of_equals. intro x.
      rewrite update_other by auto. reflexivity.
    + intros w w' H. apply expectation_of_equals. intro x. apply B. intros j J. unfold update.
      destruct (Nat.eqb j n); auto.
Qed.

Lemma draw_alone n i (a : A -> R) : (i < n)%nat -> family n (fun w => a (w i)) = E i a.
Proof.
  intros Hi. rewrite (expectation_of_equals (family n) _ (fun w => a (w i) * 1)) by (intro; ring).
  rewrite (draw_and_others n i a (fun _ => 1)); auto.
  - rewrite mean_one. ring.
  - intros ? ? ?. reflexivity.
Qed.

(* A draw is independent of what does not look at it. *)
Lemma draw_is_independent_of_others n i (a : A -> R) b :
  (i < n)%nat -> blind i b -> independent (family n) (fun w => a (w i)) b.
Proof.
  intros Hi B phi psi. rewrite (draw_and_others n i (fun x => phi (a x)) (fun w => psi (b w))); auto.
  - rewrite (draw_alone n i (fun x => phi (a x))); auto.
  - intros w w' H. rewrite (B w w'); auto.
Qed.

(* Variances of independent draws add up. *)
Lemma variances_add_up n (a : A -> R) :
  (forall i, (i < n)%nat -> E i a = 0) ->
  family n (fun w => total n (fun i => a (w i)) ^ 2) = total n (fun i => E i (fun x => a x ^ 2)).
Proof.
  induction n; intros H; [cbn; ring|]. rewrite family_step. cbn [total].
  rewrite <- IHn by auto.
  rewrite <- (mean_const (family n) (E n (fun x => a x ^ 2))), <- mean_plus.
  apply expectation_of_equals. intro w. set (s := total n (fun i => a (w i))).
  rewrite (expectation_of_equals (E n) _ (fun x => (s ^ 2 + 2 * s * a x) + a x ^ 2)).
  - rewrite !mean_plus, mean_const, mean_scal, H by lia. ring.
  - intro x. rewrite update_same.
    rewrite (total_ext n _ (fun i => a (w i))); [fold s; ring|].
    intros i Hi. rewrite update_other by lia. reflexivity.
Qed.
End Family.

(* signproof lemma "Bienaymé": the variance of the mean of n independent draws *)
Lemma Bienayme {A} (origin : A) (E : expectation A) n (a : A -> R) :
  (0 < n)%nat ->
  family origin (fun _ => E) n (fun w => (total n (fun i => a (w i)) / INR n - E a) ^ 2)
  = E (fun x => (a x - E a) ^ 2) / INR n.
Proof.
  intros Hn. assert (N : INR n <> 0) by (apply not_0_INR; lia). set (m := E a).
  pose proof (variances_add_up origin (fun _ => E) n (fun x => a x - m)) as H. cbv beta in H.
  rewrite (expectation_of_equals _ _ (fun w => / INR n ^ 2 * total n (fun i => a (w i) - m) ^ 2)).
  - rewrite mean_scal, H.
    + rewrite total_const. field. exact N.
    + intros. rewrite mean_minus, mean_const. unfold m. ring.
  - intro w. replace (total n (fun i => a (w i) - m)) with (total n (fun i => a (w i)) - INR n * m).
    + field. exact N.
    + rewrite <- total_const. clear. induction n; cbn; [ring|]. rewrite <- IHn. ring.
Qed.

(* signproof lemma "mean of draws": the mean of the mean of n independent draws by one law *)
Lemma mean_of_draws {A} (origin : A) (E : expectation A) n (a : A -> R) :
  (0 < n)%nat -> family origin (fun _ => E) n (fun w => total n (fun i => a (w i)) / INR n) = E a.
Proof.
  intros Hn. assert (N : INR n <> 0) by (apply not_0_INR; lia).
  unfold Rdiv. rewrite mean_scal_r, mean_total.
  rewrite (total_ext n _ (fun _ => E a)).
  - rewrite total_const. field. exact N.
  - intros i Hi. rewrite (draw_alone origin (fun _ => E) n i a); auto.
Qed.

(* ------------------------------------------------------------------------------------- elementary conditional means *)

Section Elementary.
Context {Omega T : Type} (P : law Omega) (eq_dec : forall x y : T, {x = y} + {x <> y}) (X : Omega -> T).

Definition hit (x : T) (w : Omega) : R := if eq_dec (X w) x then 1 else 0.

(* P(X = x), and E[a | X = x]; where P(X = x) = 0 the latter is of no account. *)
Definition probability_of (x : T) : R := of_law P (hit x).
Definition conditional (a : Omega -> R) (x : T) : R := of_law P (fun w => a w * hit x w) / probability_of x.

Lemma hit_nonneg x w : 0 <= hit x w.
Proof. unfold hit. destruct (eq_dec (X w) x); lra. Qed.

Lemma hit_itself w : hit (X w) w = 1.
Proof. unfold hit. destruct (eq_dec (X w) (X w)); [auto|tauto]. Qed.

Lemma chance_below_probability i : (i < count P)%nat -> chance P i <= probability_of (X (outcome P i)).
Proof.
  intros Hi. unfold probability_of. cbn.
  pose proof (one_of_a_sum (count P) (fun j => chance P j * hit (X (outcome P i)) (outcome P j))) as H. cbv beta in H.
  specialize (H (fun j Hj => Rmult_le_pos _ _ (chance_nonneg P j Hj) (hit_nonneg _ _)) i Hi).
  rewrite hit_itself, Rmult_1_r in H. exact H.
Qed.

(* An outcome that has a chance lies in an event that has one. *)
Lemma chance_times_probability i r : (i < count P)%nat ->
  chance P i * r * (/ probability_of (X (outcome P i)) * probability_of (X (outcome P i))) = chance P i * r.
Proof.
  intros Hi. destruct (Req_dec (probability_of (X (outcome P i))) 0) as [Z|Z].
  - assert (chance P i = 0) as ->; [|ring].
    pose proof (chance_below_probability i Hi). pose proof (chance_nonneg P i Hi). lra.
  - field. exact Z.
Qed.

(* signproof lemma "tower property", for elementary conditional means *)
Lemma tower_property_elementary a : of_law P (fun w => conditional a (X w)) = of_law P a.
Proof.
  cbn. set (n := count P). set (c := chance P). set (o := outcome P).
  transitivity (total n (fun i => total n (fun j =>
    c j * a (o j) * / probability_of (X (o j)) * (c i * hit (X (o j)) (o i))))).
  - apply total_ext. intros i Hi. unfold conditional. cbn. unfold Rdiv.
    rewrite <- Rmult_assoc, Rmult_comm, <- Rmult_assoc, <- total_scale. apply total_ext. intros j Hj. fold c o n.
    unfold hit. destruct (eq_dec (X (o j)) (X (o i))) as [e|e].
    + rewrite e. destruct (eq_dec (X (o i)) (X (o i))); [ring|tauto].
    + destruct (eq_dec (X (o i)) (X (o j))) as [e'|e']; [symmetry in e'; tauto|ring].
  - rewrite total_swap. apply total_ext. intros j Hj. rewrite total_scale.
    change (total n (fun i => c i * hit (X (o j)) (o i))) with (probability_of (X (o j))).
    rewrite Rmult_assoc. apply chance_times_probability. exact Hj.
Qed.
End Elementary.

(* If the events {a = x} and {b = y} are independent for all x and y, so are a and b. *)
Lemma independent_events_are_enough {Omega} (P : law Omega) (a b : Omega -> R) :
  (forall x y, of_law P (fun w => hit Req_EM_T a x w * hit Req_EM_T b y w)
               = probability_of P Req_EM_T a x * probability_of P Req_EM_T b y) ->
  independent (of_law P) a b.
Proof.
  intros H phi psi. set (A := probability_of P Req_EM_T a) in *. set (B := probability_of P Req_EM_T b) in *.
  set (n := count P) in *. set (c := chance P) in *. set (o := outcome P) in *.
  (* phi(a) is the mean of phi(a_k) 1{a = a_k} / P(a = a_k) over k *)
  assert (spread : forall (g : Omega -> R) (phi : R -> R) w (Q := probability_of P Req_EM_T g),
            Q (g w) <> 0 ->
            phi (g w) = total n (fun k => c k * phi (g (o k)) * / Q (g (o k)) * hit Req_EM_T g (g (o k)) w)).
  { intros g f w Q Z. rewrite (total_ext n _ (fun k => f (g w) * / Q (g w) * (c k * hit Req_EM_T g (g w) (o k)))).
    - rewrite total_scale. change (total n (fun k => c k * hit Req_EM_T g (g w) (o k))) with (Q (g w)). field. exact Z.
    - intros k Hk. unfold hit. destruct (Req_EM_T (g w) (g (o k))) as [e|e].
      + rewrite e. destruct (Req_EM_T (g (o k)) (g (o k))); [ring|tauto].
      + destruct (Req_EM_T (g (o k)) (g w)) as [e'|e']; [symmetry in e'; tauto|ring]. }
  cbn. fold n c o.
  transitivity (total n (fun i => total n (fun k => total n (fun l =>
    (c k * phi (a (o k)) * / A (a (o k))) * (c l * psi (b (o l)) * / B (b (o l)))
    * (c i * (hit Req_EM_T a (a (o k)) (o i) * hit Req_EM_T b (b (o l)) (o i))))))).
  - apply total_ext. intros i Hi. destruct (Req_dec (c i) 0) as [Z|Z].
    + rewrite Z. rewrite Rmult_0_l. symmetry. apply total_of_zeros. intros. apply total_of_zeros. intros. ring.
    + assert (0 < c i) by (pose proof (chance_nonneg P i Hi); fold c in H0; lra).
      pose proof (chance_below_probability P Req_EM_T a i Hi) as PA.
      pose proof (chance_below_probability P Req_EM_T b i Hi) as PB.
      fold c o in PA, PB. fold A in PA. fold B in PB.
      rewrite (spread a phi (o i)), (spread b psi (o i)) by (fold A B; lra). fold A B.
      rewrite <- total_scale_r, <- total_scale. apply total_ext. intros k Hk.
      rewrite <- !total_scale. apply total_ext. intros l Hl. ring.
  - rewrite total_swap. rewrite <- total_scale_r. apply total_ext. intros k Hk. rewrite total_swap.
    rewrite <- total_scale. apply total_ext. intros l Hl. rewrite total_scale.
    change (total n (fun i => c i * (hit Req_EM_T a (a (o k)) (o i) * hit Req_EM_T b (b (o l)) (o i))))
      with (of_law P (fun w => hit Req_EM_T a (a (o k)) w * hit Req_EM_T b (b (o l)) w)).
    rewrite H. pose proof (chance_times_probability P Req_EM_T a k (phi (a (o k))) Hk) as TA.
    pose proof (chance_times_probability P Req_EM_T b l (psi (b (o l))) Hl) as TB.
    fold c o in TA, TB. fold A in TA. fold B in TB. rewrite <- TA at 2. rewrite <- TB at 2. ring.
Qed.

Definition main_lemmas := (@Jensen, @product_of_expectations, @mean_of_size_is_at_most_deviation, @tower_property,
  @tower_property_elementary, @independent_events_are_enough, @Bienayme).
Print Assumptions main_lemmas.
