(* Theorem 2 of scaled-sign, repaired: scaled SignSGD, x+ = x - a ||~g||_1 sign(~g), with stochastic gradients ~g.

   The assumptions are those of signproof's claims own/theorem-2.1.repaired and own/theorem-2.2.repaired: f is L-smooth
   in the maximum norm, in the form that the descent lemma gives it, and meets the PL inequality; ~g has a variance of
   sigma^2 at most in the l1 norm; and norm and signs are not correlated to its disadvantage, (N). That ~g is unbiased
   is not used. *)
From Coq Require Import Reals Lra Lia Psatz FunctionalExtensionality.
From Coquelicot Require Import Rcomplements.
From Signproof Require Import Vectors Norms Recursion Expectation.
Open Scope R_scope.

Lemma norm_1_nonneg d u : 0 <= norm_1 d u.
Proof. apply total_nonneg. intros. apply Rabs_pos. Qed.

(* signproof lemma "triangle inequality", in the l1 norm *)
Lemma norm_1_triangle d u v : norm_1 d (add u v) <= norm_1 d u + norm_1 d v.
Proof. unfold norm_1. rewrite <- total_add. apply sum_of_inequalities. intros. apply Rabs_triang. Qed.

Lemma dot_scaled d u c v : dot d u (fun i => c * v i) = c * dot d u v.
Proof. unfold dot. rewrite <- total_scale. apply total_ext. intros. ring. Qed.

(* E[||~g||^2] <= 2 ||g||^2 + 2 sigma^2, if E[||~g - g||^2] <= sigma^2 *)
Lemma second_moment_of_norm {Draw} (E : expectation Draw) (drawn : Draw -> vec) d g sigma :
  E (fun w => norm_1 d (fun i => drawn w i - g i) ^ 2) <= sigma ^ 2 ->
  E (fun w => norm_1 d (drawn w) ^ 2) <= 2 * norm_1 d g ^ 2 + 2 * sigma ^ 2.
Proof.
  intros H. apply Rle_trans with (E (fun w => 2 * norm_1 d g ^ 2 + 2 * norm_1 d (fun i => drawn w i - g i) ^ 2)).
  - apply mean_monotone. intro w. set (e := fun i => drawn w i - g i).
    assert (T : norm_1 d (drawn w) <= norm_1 d g + norm_1 d e).
    { assert (norm_1 d (drawn w) = norm_1 d (add g e)) as ->; [|apply norm_1_triangle].
      apply total_ext. intros. unfold add, e. f_equal. ring. }
    pose proof (norm_1_nonneg d (drawn w)). pose proof (norm_1_nonneg d e). pose proof (norm_1_nonneg d g).
    pose proof (pow2_ge_0 (norm_1 d g - norm_1 d e)). nra.
  - rewrite mean_plus, mean_const, mean_scal. lra.
Qed.

(* From (36) to (19), for a constant step size alpha *)
Lemma constant_step_size (u : nat -> R) L mu alpha c sigma (zeta := 1 - 2 * mu * alpha * (c - L * alpha)) :
  0 < mu -> mu <= L -> 0 < c -> c <= 1 -> 0 < alpha -> L * alpha < c ->
  (forall k, u (S k) <= zeta * u k + L * sigma ^ 2 * alpha ^ 2) ->
  forall k, u k <= zeta ^ k * u 0%nat + L * sigma ^ 2 * alpha / (2 * mu * (c - L * alpha)).
Proof.
  intros m0 mL c0 c1 a0 a1 H. set (floor := L * sigma ^ 2 * alpha / (2 * mu * (c - L * alpha))).
  assert (z0 : 0 <= zeta).
  { unfold zeta. pose proof (pow2_ge_0 (c - 2 * L * alpha)).
    assert (4 * L * (alpha * (c - L * alpha)) <= c ^ 2) by nra.
    assert (0 <= alpha * (c - L * alpha)) by (apply Rmult_le_pos; lra).
    assert (mu * (alpha * (c - L * alpha)) <= L * (alpha * (c - L * alpha))) by (apply Rmult_le_compat_r; auto).
    assert (c ^ 2 <= 1) by nra. lra. }
  assert (f0 : 0 <= floor).
  { unfold floor. apply Rdiv_le_0_compat; [|apply Rmult_lt_0_compat; lra].
    apply Rmult_le_pos; [apply Rmult_le_pos; [lra|apply pow2_ge_0]|lra]. }
  apply (comparison u (fun k => zeta ^ k * u 0%nat + floor) (fun _ => zeta) (fun _ => L * sigma ^ 2 * alpha ^ 2)); auto.
  - intro k. apply Req_ge.
    replace (L * sigma ^ 2 * alpha ^ 2) with ((1 - zeta) * floor) by (unfold zeta, floor; field; lra). cbn [pow]. ring.
  - cbn [pow]. lra.
Qed.

(* The other coordinates of an unbiased ~g are as long as those of g, in the mean. *)
Lemma others_are_long {Draw} (E : expectation Draw) (drawn : Draw -> vec) d g i :
  (forall j, (j < d)%nat -> E (fun w => drawn w j) = g j) -> (i < d)%nat ->
  norm_1 d g - Rabs (g i) <= E (fun w => norm_1 d (drawn w) - Rabs (drawn w i)).
Proof.
  intros U Hi. rewrite mean_minus. unfold norm_1. rewrite mean_total.
  assert (J : forall j, (j < d)%nat -> 0 <= E (fun w => Rabs (drawn w j)) - Rabs (g j)).
  { intros j Hj. rewrite <- U by exact Hj. pose proof (Jensen E (fun w => drawn w j)). lra. }
  pose proof (one_of_a_sum d (fun j => E (fun w => Rabs (drawn w j)) - Rabs (g j)) J i Hi) as S. cbv beta in S.
  assert (T : total d (fun j => E (fun w => Rabs (drawn w j)) - Rabs (g j))
              = total d (fun j => E (fun w => Rabs (drawn w j))) - total d (fun j => Rabs (g j))) by apply total_sub.
  lra.
Qed.

Lemma coordinate_le_norm_1 d g i : (i < d)%nat -> Rabs (g i) <= norm_1 d g.
Proof. intros Hi. apply (one_of_a_sum d (fun i => Rabs (g i))); auto. intros. apply Rabs_pos. Qed.

Lemma size_of_others d i (u v : vec) : (i < d)%nat -> (forall j, j <> i -> u j = v j) ->
  norm_1 d u - Rabs (u i) = norm_1 d v - Rabs (v i).
Proof.
  unfold norm_1. induction d as [|m IH]; intros Hi S; [lia|]. cbn [total]. destruct (Nat.eq_dec i m) as [->|N].
  - rewrite (total_ext m (fun j => Rabs (u j)) (fun j => Rabs (v j))); [ring|].
    intros j Hj. rewrite S by lia. reflexivity.
  - rewrite (S m) by lia. specialize (IH ltac:(lia) S). lra.
Qed.

(* The assumption IndependentCoordinates of signproof holds if the coordinates of ~g are independent draws. *)
Lemma independent_coordinates (law : nat -> expectation R) d i : (i < d)%nat ->
  independent (family 0 law d) (fun v => norm_1 d v - Rabs (v i)) (fun v => sgn (v i)).
Proof.
  intros Hi phi psi. rewrite Rmult_comm.
  pose proof (draw_is_independent_of_others 0 law d i sgn (fun v => norm_1 d v - Rabs (v i)) Hi) as I. cbv beta in I.
  rewrite <- I.
  - apply expectation_of_equals. intro. ring.
  - intros v w E. apply size_of_others; auto.
Qed.

(* (N) holds if ~g is unbiased, its signs are right with the margin c and the size of the other coordinates is
   independent of each sign. *)
Lemma independent_coordinates_suffice (E : expectation vec) d g c i :
  (forall j, (j < d)%nat -> E (fun w => w j) = g j) ->
  c * Rabs (g i) <= g i * E (fun w => sgn (w i)) -> 0 <= c -> c <= 1 -> (i < d)%nat ->
  independent E (fun w => norm_1 d w - Rabs (w i)) (fun w => sgn (w i)) ->
  c * Rabs (g i) * norm_1 d g <= g i * E (fun w => norm_1 d w * sgn (w i)).
Proof.
  intros U M c0 c1 Hi I. pose proof (product_of_expectations E _ _ I) as P. cbv beta in P.
  pose proof (others_are_long E (fun w => w) d g i U Hi) as O. cbv beta in O.
  pose proof (coordinate_le_norm_1 d g i Hi) as B.
  set (rest := E (fun w => norm_1 d w - Rabs (w i))) in *.
  rewrite (expectation_of_equals E (fun w => norm_1 d w * sgn (w i))
             (fun w => w i + (norm_1 d w - Rabs (w i)) * sgn (w i))).
  - rewrite mean_plus, P, U by exact Hi. pose proof (Rabs_pos (g i)) as G.
    assert (g i * g i = Rabs (g i) * Rabs (g i)) as S by (unfold Rabs; destruct (Rcase_abs (g i)); ring).
    assert (rest * (c * Rabs (g i)) <= rest * (g i * E (fun w => sgn (w i)))) by (apply Rmult_le_compat_l; lra).
    assert ((norm_1 d g - Rabs (g i)) * (c * Rabs (g i)) <= rest * (c * Rabs (g i)))
      by (apply Rmult_le_compat_r; [apply Rmult_le_pos|]; auto).
    assert (c * (Rabs (g i) * Rabs (g i)) <= 1 * (Rabs (g i) * Rabs (g i)))
      by (apply Rmult_le_compat_r; [apply Rmult_le_pos|]; auto).
    lra.
  - intro w. pose proof (times_sgn (w i)) as T. unfold Rminus. rewrite Rmult_plus_distr_r.
    destruct (sgn_cases (w i)) as [[P0 ->]|[[P0 ->]|[P0 ->]]];
      [rewrite Rabs_pos_eq by lra|rewrite Rabs_left by lra|rewrite P0, Rabs_R0]; ring.
Qed.

Section Problem.
Variables (d : nat) (f : vec -> R) (grad : vec -> vec) (L mu fstar : R).

(* The conclusion of the descent lemma *)
Hypothesis smooth : forall y x, f y <= f x + dot d (grad x) (sub y x) + L / 2 * norm_inf d (sub y x) ^ 2.
Hypothesis infimum : forall x, fstar <= f x.
Hypothesis dominated : forall x, norm_1 d (grad x) ^ 2 >= 2 * mu * (f x - fstar).
Hypothesis mu_positive : 0 < mu.
Hypothesis mu_at_most_L : mu <= L.

Definition V (x : vec) : R := f x - fstar.

Lemma V_nonneg x : 0 <= V x.
Proof. unfold V. generalize (infimum x). lra. Qed.

(* One step of length a A along a direction v with ||v||_inf <= 1, both drawn at x. *)
Section Step.
Context {Draw : Type} (E : expectation Draw) (A : Draw -> R) (v : Draw -> vec) (x : vec) (c sigma : R).
Hypothesis unit_length : forall w i, Rabs (v w i) <= 1.
Hypothesis aligned : c * norm_1 d (grad x) ^ 2 <= E (fun w => A w * dot d (grad x) (v w)).
Hypothesis second_moment : E (fun w => A w ^ 2) <= 2 * norm_1 d (grad x) ^ 2 + 2 * sigma ^ 2.

Definition after (a : R) (w : Draw) : vec := add x (fun i => (- a * A w) * v w i).

(* (33) of scaled-sign and what follows from it up to (35), given x *)
Lemma decrease_in_the_mean a : 0 <= a ->
  E (fun w => V (after a w)) <= V x - a * (c - L * a) * norm_1 d (grad x) ^ 2 + L * sigma ^ 2 * a ^ 2.
Proof.
  intros a0. set (g := grad x) in *. set (N := norm_1 d g) in *.
  apply Rle_trans with (E (fun w => V x + (- a * (A w * dot d g (v w)) + L / 2 * a ^ 2 * A w ^ 2))).
  - apply mean_monotone. intro w. unfold V. set (h := fun i => (- a * A w) * v w i).
    pose proof (smooth (after a w) x) as S. fold g in S.
    assert (H : sub (after a w) x = h).
    { apply functional_extensionality. intro i. unfold sub, after, add, h. ring. }
    rewrite H in S. unfold h in S at 1. rewrite dot_scaled in S.
    assert (B : norm_inf d h <= a * Rabs (A w)).
    { apply largest_coordinate; [apply Rmult_le_pos; [exact a0|apply Rabs_pos]|]. intros i _. unfold h.
      rewrite !Rabs_mult, Rabs_Ropp, (Rabs_pos_eq a) by exact a0.
      pose proof (unit_length w i). pose proof (Rabs_pos (v w i)). pose proof (Rabs_pos (A w)).
      rewrite <- (Rmult_1_r (a * Rabs (A w))) at 2. apply Rmult_le_compat_l; [apply Rmult_le_pos|]; auto. }
    assert (B2 : norm_inf d h ^ 2 <= (a * Rabs (A w)) ^ 2) by (apply pow_incr; split; [apply largest_nonneg|exact B]).
    rewrite Rpow_mult_distr, pow2_abs in B2. apply (Rmult_le_compat_l (L / 2)) in B2; [|lra]. lra.
  - rewrite !mean_plus, mean_const, !mean_scal.
    assert (a * (c * N ^ 2) <= a * E (fun w => A w * dot d g (v w))) by (apply Rmult_le_compat_l; auto).
    assert (0 <= L / 2 * a ^ 2) by (apply Rmult_le_pos; [lra|apply pow2_ge_0]).
    assert (L / 2 * a ^ 2 * E (fun w => A w ^ 2) <= L / 2 * a ^ 2 * (2 * N ^ 2 + 2 * sigma ^ 2))
      by (apply Rmult_le_compat_l; auto).
    lra.
Qed.

(* (36) given x *)
Lemma contraction_in_the_mean a : 0 <= a -> L * a <= c ->
  E (fun w => V (after a w)) <= (1 - 2 * mu * (a * (c - L * a))) * V x + L * sigma ^ 2 * a ^ 2.
Proof.
  intros a0 ac. pose proof (decrease_in_the_mean a a0). pose proof (dominated x) as P. apply Rge_le in P.
  fold (V x) in P.
  assert (0 <= a * (c - L * a)) by (apply Rmult_le_pos; lra).
  assert (a * (c - L * a) * (2 * mu * V x) <= a * (c - L * a) * norm_1 d (grad x) ^ 2)
    by (apply Rmult_le_compat_l; auto).
  lra.
Qed.
End Step.

(* What has happened before iteration k: x_k, and all that was drawn. *)
Definition past : Type := vec * list vec.

(* The stochastic gradients: in iteration k, ~g has the law [oracle k s], given all that happened before. *)
Variables (oracle : nat -> past -> expectation vec) (c sigma : R).
Hypothesis variance : forall k s, oracle k s (fun g => norm_1 d (fun i => g i - grad (fst s) i) ^ 2) <= sigma ^ 2.
(* (N) *)
Hypothesis norm_sign_margin : forall k s i, (i < d)%nat ->
  c * Rabs (grad (fst s) i) * norm_1 d (grad (fst s))
  <= grad (fst s) i * oracle k s (fun g => norm_1 d g * sgn (g i)).
Hypothesis c_positive : 0 < c.
Hypothesis c_at_most_one : c <= 1.

(* E[||~g|| <g, sign(~g)> | x] >= c ||g||^2 *)
Lemma alignment k s :
  c * norm_1 d (grad (fst s)) ^ 2 <= oracle k s (fun g => norm_1 d g * dot d (grad (fst s)) (fun i => sgn (g i))).
Proof.
  rewrite (expectation_of_equals (oracle k s) _
             (fun g => total d (fun i => grad (fst s) i * (norm_1 d g * sgn (g i))))).
  2: { intro g. unfold dot. rewrite <- total_scale. apply total_ext. intros. ring. }
  rewrite mean_total. set (N := norm_1 d (grad (fst s))).
  assert (c * N ^ 2 = total d (fun i => c * Rabs (grad (fst s) i) * N)) as ->.
  { rewrite total_scale_r, total_scale. fold (norm_1 d (grad (fst s))). fold N. ring. }
  apply sum_of_inequalities. intros i Hi. rewrite mean_scal. apply norm_sign_margin. exact Hi.
Qed.

(* One iteration with the step size a *)
Definition step (a : R) (s : past) (g : vec) : past :=
  (after (norm_1 d) (fun g i => sgn (g i)) (fst s) a g, g :: snd s)%list.

(* The law of x_k and of all that was drawn before, with the step size [size k] in iteration k *)
Definition iterate (size : nat -> R) (x0 : vec) (k : nat) : expectation past :=
  state (x0, nil) (fun k s => image (step (size k) s) (oracle k s)) k.

(* The mean of the suboptimality of x_k *)
Definition EV (size : nat -> R) (x0 : vec) (k : nat) : R := iterate size x0 k (fun s => V (fst s)).

Lemma EV_nonneg size x0 k : 0 <= EV size x0 k.
Proof. apply mean_nonneg. intro. apply V_nonneg. Qed.

(* (36) *)
Lemma recursion size x0 k : 0 <= size k -> L * size k <= c ->
  EV size x0 (S k) <= (1 - 2 * mu * (size k * (c - L * size k))) * EV size x0 k + L * sigma ^ 2 * size k ^ 2.
Proof.
  intros H0 H1. unfold EV, iterate. rewrite <- tower_property_of_process. fold (iterate size x0 k).
  apply Rle_trans with (iterate size x0 k
    (fun s => (1 - 2 * mu * (size k * (c - L * size k))) * V (fst s) + L * sigma ^ 2 * size k ^ 2)).
  - apply mean_monotone. intro s.
    apply (contraction_in_the_mean (oracle k s) (norm_1 d) (fun g i => sgn (g i)) (fst s)); auto.
    + intros. apply abs_sgn_le_one.
    + apply alignment.
    + apply (second_moment_of_norm (oracle k s) (fun g => g)). apply variance.
  - rewrite mean_plus, mean_scal, mean_const. lra.
Qed.

(* own/theorem-2.1.repaired: a constant step size *)
Theorem theorem_2_1_repaired alpha x0 k (zeta := 1 - 2 * mu * alpha * (c - L * alpha)) :
  0 < alpha < c / L ->
  EV (fun _ => alpha) x0 k <= zeta ^ k * V x0 + L * sigma ^ 2 * alpha / (2 * mu * (c - L * alpha)).
Proof.
  intros [a0 a1]. assert (L0 : 0 < L) by lra.
  assert (a2 : L * alpha < c) by (apply (Rmult_lt_compat_r L) in a1; [|exact L0]; field_simplify in a1; lra).
  apply (constant_step_size (EV (fun _ => alpha) x0)); auto.
  intro n. pose proof (recursion (fun _ => alpha) x0 n) as R. cbv beta in R. specialize (R ltac:(lra) ltac:(lra)). lra.
Qed.

(* own/theorem-2.2.repaired: diminishing step sizes 3/(mu c (k + k0)) *)
Theorem theorem_2_2_repaired k0 x0 k
  (D := fun n => (INR n + k0 - 1) * (INR n + k0 - 2) * (INR n + k0 - 3))
  (noise := 9 * L * sigma ^ 2 / (mu ^ 2 * c ^ 2)) :
  6 * L / (mu * c ^ 2) <= k0 ->
  EV (fun k => 3 / (mu * c * (INR k + k0))) x0 k
  <= D 0%nat / D k * V x0 + noise / 2 * INR k * (INR k + 2 * k0 - 5) / D k.
Proof.
  intros H. assert (L0 : 0 < L) by lra.
  assert (m0 : 0 < mu * c ^ 2) by (apply Rmult_lt_0_compat; [|apply pow_lt]; auto).
  assert (H' : 6 * L <= k0 * (mu * c ^ 2)).
  { apply (Rmult_le_compat_r (mu * c ^ 2)) in H; [|lra].
    replace (6 * L / (mu * c ^ 2) * (mu * c ^ 2)) with (6 * L) in H by (field; lra). lra. }
  assert (six : 6 <= k0).
  { assert (c2 : c ^ 2 <= 1) by nra. assert (m1 : mu * c ^ 2 <= L).
    { apply Rle_trans with (mu * 1); [apply Rmult_le_compat_l|]; lra. }
    apply Rnot_lt_le. intro K. destruct (Rle_lt_dec k0 0) as [N|N].
    - assert (k0 * (mu * c ^ 2) <= 0 * (mu * c ^ 2)) by (apply Rmult_le_compat_r; lra). lra.
    - assert (k0 * (mu * c ^ 2) <= k0 * L) by (apply Rmult_le_compat_l; lra).
      assert (k0 * L < 6 * L) by (apply Rmult_lt_compat_r; lra). lra. }
  set (size := fun k => 3 / (mu * c * (INR k + k0))).
  assert (j6 : forall k, 6 <= INR k + k0) by (intro n; pose proof (pos_INR n); lra).
  assert (D0 : forall k, 0 < D k).
  { intro n. specialize (j6 n). unfold D. repeat apply Rmult_lt_0_compat; lra. }
  assert (noise0 : 0 <= noise).
  { unfold noise. apply Rdiv_le_0_compat; [|apply Rmult_lt_0_compat; apply pow_lt; auto].
    apply Rmult_le_pos; [lra|apply pow2_ge_0]. }
  set (b := fun k => D 0%nat / D k * V x0 + noise / 2 * INR k * (INR k + 2 * k0 - 5) / D k).
  apply (comparison (EV size x0) b (fun k => 1 - 3 / (INR k + k0)) (fun k => noise / (INR k + k0) ^ 2)).
  - intro n. specialize (j6 n). set (j := INR n + k0) in *.
    assert (mc : 0 < mu * c) by (apply Rmult_lt_0_compat; auto).
    assert (s0 : 0 < size n) by (unfold size; fold j; apply Rdiv_lt_0_compat; [|apply Rmult_lt_0_compat]; lra).
    assert (short : 2 * L * size n <= c).
    { unfold size. fold j. apply (Rmult_le_reg_r (mu * c * j)); [apply Rmult_lt_0_compat; lra|].
      replace (2 * L * (3 / (mu * c * j)) * (mu * c * j)) with (6 * L) by (field; lra).
      assert (k0 <= j) by (unfold j; pose proof (pos_INR n); lra). nra. }
    eapply Rle_trans; [apply recursion; lra|]. pose proof (EV_nonneg size x0 n).
    replace (L * sigma ^ 2 * size n ^ 2) with (noise / j ^ 2) by (unfold noise, size; fold j; field; lra).
    apply Rplus_le_compat_r, Rmult_le_compat_r; auto.
    replace (3 / j) with (mu * (size n * c)) by (unfold size; fold j; field; lra).
    assert (0 <= mu * size n) by (apply Rmult_le_pos; lra). nra.
  - intro n. specialize (j6 n). assert (3 / (INR n + k0) <= 1); [|lra]. apply Rle_div_l; lra.
  - intro n. specialize (j6 n). set (j := INR n + k0) in *. unfold b.
    (* what the bound gains beyond the recursion is noise (1 - 2/j) / D (n + 1) *)
    assert (E : D 0%nat / D (S n) * V x0 + noise / 2 * INR (S n) * (INR (S n) + 2 * k0 - 5) / D (S n)
                - ((1 - 3 / j) * (D 0%nat / D n * V x0 + noise / 2 * INR n * (INR n + 2 * k0 - 5) / D n)
                   + noise / j ^ 2)
                = noise * (1 - 2 / j) / D (S n)).
    { generalize (D 0%nat) (V x0) noise. intros D00 v0 q. unfold D. rewrite S_INR.
      replace (INR n) with (j - k0) by (unfold j; ring). field. repeat split; lra. }
    apply Rle_ge. assert (0 <= noise * (1 - 2 / j) / D (S n)); [|lra].
    apply Rdiv_le_0_compat; [|apply D0]. apply Rmult_le_pos; auto. assert (2 / j <= 1) by (apply Rle_div_l; lra). lra.
  - unfold b, EV, iterate. cbn [state sure mean INR fst]. specialize (D0 0%nat).
    right. field. lra.
Qed.
End Problem.

Definition theorem_2 := (@theorem_2_1_repaired, @theorem_2_2_repaired, @independent_coordinates_suffice).
Print Assumptions theorem_2.
