(* f(x) = ||x||_2^2 / 2 and its flows and stochastic gradients meet all that the theorems on them assume: none of them
   is about nothing. The sign flow's trajectory is not differentiable; where a coordinate has arrived at 0 it stays. *)
From Coq Require Import Reals Lra Lia Psatz FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Signproof Require Import Vectors Norms Recursion Expectation Beta Votes Independence Theorem2 Theorem3 Flows Propositions.
Open Scope R_scope.

Section Simplest.
Variable d : nat.
Let f (x : vec) : R := / 2 * dot d x x.
Let grad (x : vec) : vec := x.

Lemma f_difference y x : f y = f x + dot d x (sub y x) + / 2 * dot d (sub y x) (sub y x).
Proof.
  unfold f, dot. rewrite <- !total_scale, <- !total_add. apply total_ext. intros. unfold sub. field.
Qed.

Lemma f_infimum x : 0 <= f x.
Proof. unfold f. assert (0 <= dot d x x); [|lra]. apply total_nonneg. intros. apply Rle_0_sqr. Qed.

Lemma square_at_most_square_of_norm_1 x : dot d x x <= norm_1 d x ^ 2.
Proof.
  assert (P : 0 <= norm_1 d x) by (apply total_nonneg; intros; apply Rabs_pos).
  replace (norm_1 d x ^ 2) with (norm_1 d x * norm_1 d x) by ring. unfold norm_1 at 1. rewrite <- total_scale_r.
  apply sum_of_inequalities. intros i Hi. pose proof (one_of_a_sum d _ (fun i _ => Rabs_pos (x i)) i Hi) as O.
  cbv beta in O. fold (norm_1 d x) in O. pose proof (Rabs_pos (x i)).
  replace (x i * x i) with (Rabs (x i) * Rabs (x i)) by (unfold Rabs; destruct (Rcase_abs (x i)); ring).
  apply Rmult_le_compat_l; auto.
Qed.

Lemma f_dominated x : norm_1 d (grad x) ^ 2 >= 2 * 1 * (f x - 0).
Proof. pose proof (square_at_most_square_of_norm_1 x). unfold f, grad. lra. Qed.

Lemma largest_is_large n a i : (i < n)%nat -> a i <= largest n a.
Proof.
  induction n; intros Hi; [lia|]. cbn. destruct (Nat.eq_dec i n) as [->|N]; [apply Rmax_r|].
  eapply Rle_trans; [apply IHn; lia|apply Rmax_l].
Qed.

Lemma f_smooth y x : f y <= f x + dot d (grad x) (sub y x) + (INR d + 1) / 2 * norm_inf d (sub y x) ^ 2.
Proof.
  rewrite (f_difference y x). unfold grad. set (h := sub y x).
  assert (dot d h h <= INR d * norm_inf d h ^ 2).
  { rewrite <- total_const. apply sum_of_inequalities. intros i Hi.
    pose proof (largest_is_large d (fun i => Rabs (h i)) i Hi) as G. cbv beta in G. fold (norm_inf d h) in G.
    pose proof (Rabs_pos (h i)). replace (h i * h i) with (Rabs (h i) ^ 2) by (rewrite pow2_abs; ring).
    apply pow_incr. auto. }
  pose proof (pow2_ge_0 (norm_inf d h)). lra.
Qed.

(* ---------------------------------------------------------------------------------------- stochastic gradients *)

(* r, r + delta and r - delta, with the probabilities 1/2, 1/4 and 1/4; never 0 unless r is, and of the sign of r with
   probability 3/4 at least *)
Definition delta (r : R) : R := if Rle_dec (Rabs r) 1 then 2 * r else / 2.

Definition noisy (r : R) : expectation R.
Proof.
  refine {| mean := fun a => / 2 * a r + (/ 4 * a (r + delta r) + / 4 * a (r - delta r)) |}.
  - intros. field.
  - intros. field.
  - field.
  - intros a b H. pose proof (H r). pose proof (H (r + delta r)). pose proof (H (r - delta r)). lra.
Defined.

Lemma noisy_unbiased r : noisy r (fun s => s) = r.
Proof. cbn. field. Qed.

Lemma delta_bounded r : delta r ^ 2 <= 4.
Proof.
  unfold delta. destruct (Rle_dec (Rabs r) 1) as [H|H]; [|lra]. rewrite Rpow_mult_distr, <- pow2_abs.
  rewrite <- (pow2_abs r). assert (Rabs r ^ 2 <= 1 ^ 2) by (apply pow_incr; split; [apply Rabs_pos|exact H]).
  rewrite (Rabs_pos_eq 2) by lra. lra.
Qed.

Lemma noisy_variance r : noisy r (fun s => (s - r) ^ 2) <= 2.
Proof. pose proof (delta_bounded r). cbn -[pow]. lra. Qed.

Lemma noisy_never_zero r : r <> 0 -> noisy r at_zero = 0.
Proof.
  intros H. cbn. unfold at_zero, delta. destruct (Rle_dec (Rabs r) 1) as [B|B].
  - destruct (Req_EM_T r 0), (Req_EM_T (r + 2 * r) 0), (Req_EM_T (r - 2 * r) 0); lra.
  - destruct (Req_EM_T r 0); [contradiction|].
    destruct (Req_EM_T (r + / 2) 0); [exfalso; apply B, Rabs_le; lra|].
    destruct (Req_EM_T (r - / 2) 0); [exfalso; apply B, Rabs_le; lra|]. lra.
Qed.

Lemma noisy_right r : (0 < r -> 3 / 4 <= noisy r positive) /\ (r < 0 -> 3 / 4 <= noisy r (fun s => positive (- s))).
Proof.
  split; intros H; cbn; unfold positive, delta; destruct (Rle_dec (Rabs r) 1) as [B|B].
  - destruct (Rlt_dec 0 r), (Rlt_dec 0 (r + 2 * r)), (Rlt_dec 0 (r - 2 * r)); lra.
  - rewrite Rabs_pos_eq in B by lra. destruct (Rlt_dec 0 r), (Rlt_dec 0 (r + / 2)), (Rlt_dec 0 (r - / 2)); lra.
  - destruct (Rlt_dec 0 (- r)), (Rlt_dec 0 (- (r + 2 * r))), (Rlt_dec 0 (- (r - 2 * r))); lra.
  - rewrite Rabs_left in B by lra.
    destruct (Rlt_dec 0 (- r)), (Rlt_dec 0 (- (r + / 2))), (Rlt_dec 0 (- (r - / 2))); lra.
Qed.

(* g_i E[sign(~g_i)] >= (1/2) |g_i| *)
Lemma noisy_margin r : / 2 * Rabs r <= r * noisy r sgn.
Proof.
  cbn. unfold delta. destruct (sgn_cases r) as [[P ->]|[[P ->]|[-> ->]]].
  - rewrite Rabs_pos_eq by lra. destruct (Rle_dec r 1).
    + destruct (sgn_cases (r + 2 * r)) as [[Q ->]|[[Q ->]|[Q ->]]]; try lra.
      destruct (sgn_cases (r - 2 * r)) as [[Q' ->]|[[Q' ->]|[Q' ->]]]; lra.
    + destruct (sgn_cases (r + / 2)) as [[Q ->]|[[Q ->]|[Q ->]]]; try lra.
      destruct (sgn_cases (r - / 2)) as [[Q' ->]|[[Q' ->]|[Q' ->]]]; lra.
  - rewrite Rabs_left by lra. destruct (Rle_dec (- r) 1).
    + destruct (sgn_cases (r + 2 * r)) as [[Q ->]|[[Q ->]|[Q ->]]]; try lra.
      destruct (sgn_cases (r - 2 * r)) as [[Q' ->]|[[Q' ->]|[Q' ->]]]; lra.
    + destruct (sgn_cases (r + / 2)) as [[Q ->]|[[Q ->]|[Q ->]]]; try lra.
      destruct (sgn_cases (r - / 2)) as [[Q' ->]|[[Q' ->]|[Q' ->]]]; lra.
  - rewrite Rabs_R0. lra.
Qed.

(* Independent noise in each coordinate *)
Definition noise (x : vec) : expectation vec := family 0 (fun i => noisy (x i)) d.

Lemma noise_variance x : noise x (fun v => norm_1 d (fun i => v i - x i) ^ 2) <= (2 * INR d) ^ 2.
Proof.
  pose proof (pos_INR d) as N.
  apply Rle_trans with (noise x (fun v => INR d * total d (fun i => (v i - x i) ^ 2))).
  - apply mean_monotone. intro v. unfold norm_1.
    pose proof (mean_of_squares d (fun i => Rabs (v i - x i))) as S. cbv beta in S.
    rewrite total_const, Rmult_1_r in S.
    rewrite (total_ext d (fun i => (v i - x i) ^ 2) (fun i => Rabs (v i - x i) ^ 2)); [exact S|].
    intros. symmetry. apply pow2_abs.
  - rewrite mean_scal, mean_total. apply Rle_trans with (INR d * (INR d * 2)); [|nra].
    apply Rmult_le_compat_l; [exact N|]. rewrite <- total_const. apply sum_of_inequalities. intros i Hi.
    eapply Rle_trans; [right; apply (draw_alone 0 (fun i => noisy (x i)) d i (fun s => (s - x i) ^ 2) Hi)|].
    apply noisy_variance.
Qed.

Lemma noise_margin x i : (i < d)%nat ->
  / 2 * Rabs (x i) * norm_1 d x <= x i * noise x (fun v => norm_1 d v * sgn (v i)).
Proof.
  intros Hi. apply (independent_coordinates_suffice (noise x) d x (/ 2) i); auto; try lra.
  - intros j Hj. transitivity (noisy (x j) (fun s => s)); [|apply noisy_unbiased].
    apply (draw_alone 0 (fun i => noisy (x i)) d j (fun s => s) Hj).
  - assert (noise x (fun v => sgn (v i)) = noisy (x i) sgn) as ->; [|apply noisy_margin].
    apply (draw_alone 0 (fun i => noisy (x i)) d i sgn Hi).
  - apply independent_coordinates. exact Hi.
Qed.

(* The assumptions of Theorem 2, with c = 1/2 and sigma = 2 d *)
Theorem theorem_2_of_simplest alpha x0 k : 0 < alpha < / 2 / (INR d + 1) ->
  EV d f 0 (fun _ s => noise (fst s)) (fun _ => alpha) x0 k
  <= (1 - 2 * 1 * alpha * (/ 2 - (INR d + 1) * alpha)) ^ k * Theorem2.V f 0 x0
     + (INR d + 1) * (2 * INR d) ^ 2 * alpha / (2 * 1 * (/ 2 - (INR d + 1) * alpha)).
Proof.
  pose proof (pos_INR d).
  apply (theorem_2_1_repaired d f grad (INR d + 1) 1 0 f_smooth f_dominated); try lra.
  - intros. apply noise_variance.
  - intros. apply noise_margin. auto.
Qed.

(* Those of Theorem 3, for any odd number of workers, with p = 3/4 *)
Theorem theorem_3_of_simplest alpha x0 k kappa
  (I := incomplete_beta (3 / 4) (kappa + 1) (kappa + 1))
  (zeta := 1 - 2 * 1 * alpha * (2 * I - 1 - (INR d + 1) * alpha)) :
  0 < alpha < (2 * I - 1) / (INR d + 1) ->
  EV_of_votes d f 0 (2 * kappa + 1) (fun _ s _ i => noisy (fst s i)) alpha x0 k
  <= zeta ^ k * Theorem2.V f 0 x0 + (INR d + 1) * (2 * INR d) ^ 2 * alpha ^ 2 / (1 - zeta).
Proof.
  pose proof (pos_INR d).
  apply (theorem_3_by_probability d f grad (INR d + 1) 1 0 f_smooth f_dominated); try lra; try lia.
  - intros. apply noisy_unbiased.
  - intros. apply noise_variance.
  - intros. apply noisy_never_zero. assumption.
  - intros. apply noisy_right.
Qed.

(* ------------------------------------------------------------------------------------------------ flows *)

Variable beta : R.
Hypothesis beta_positive : 0 < beta.

Lemma f_frechet x : frechet d f (grad x) x.
Proof.
  intros eps P. exists eps. split; [exact P|]. intros y H. rewrite (f_difference y x). unfold grad.
  replace (f x + dot d x (sub y x) + / 2 * dot d (sub y x) (sub y x) - f x - dot d x (sub y x))
    with (/ 2 * dot d (sub y x) (sub y x)) by ring.
  pose proof (square_at_most_square_of_norm_1 (sub y x)). pose proof (Flows.norm_1_nonneg d (sub y x)) as N.
  assert (0 <= dot d (sub y x) (sub y x)) by (apply total_nonneg; intros; apply Rle_0_sqr).
  rewrite Rabs_pos_eq by lra.
  assert (norm_1 d (sub y x) * norm_1 d (sub y x) <= eps * norm_1 d (sub y x)) by (apply Rmult_le_compat_r; lra). lra.
Qed.

Lemma grad_continuous x eps : 0 < eps -> exists delta, 0 < delta /\
  forall y, norm_1 d (sub y x) < delta -> norm_1 d (sub (grad y) (grad x)) < eps.
Proof. intros P. exists eps. split; auto. Qed.

Lemma f_convex : convex d f grad.
Proof.
  intros x y. rewrite (f_difference x y). unfold grad.
  assert (0 <= dot d (sub x y) (sub x y)); [|lra]. apply total_nonneg. intros. apply Rle_0_sqr.
Qed.

Definition decaying (x0 : vec) (t : R) : vec := fun i => x0 i * exp (- beta * t).

Lemma gradient_flow_exists x0 : follows d (gradient_flow d grad beta) (decaying x0).
Proof.
  apply differentiable_solution_follows. intros t _. exists (fun i => - beta * decaying x0 t i). split.
  - intros i _. reflexivity.
  - intros i _. unfold decaying. auto_derive; [auto|ring].
Qed.

(* The sign flow: each coordinate moves towards 0 at the speed beta, and stays there. *)
Definition sliding (x0 : vec) (t : R) : vec := fun i => sgn (x0 i) * Rmax 0 (Rabs (x0 i) - beta * t).

Lemma smallest_of_many (P : nat -> R -> Prop) n :
  (forall i a b, 0 < a <= b -> P i b -> P i a) -> (forall i, (i < n)%nat -> exists a, 0 < a /\ P i a) ->
  exists a, 0 < a /\ forall i, (i < n)%nat -> P i a.
Proof.
  intros M. induction n; intros H; [exists 1; split; [lra|intros; lia]|].
  destruct IHn as [a [a0 A]]; [auto|]. destruct (H n ltac:(lia)) as [b [b0 B]].
  exists (Rmin a b). assert (0 < Rmin a b) by (apply Rmin_pos; auto). split; auto. intros i Hi.
  destruct (Nat.eq_dec i n) as [->|N].
  - apply (M n _ b); auto. split; [auto|apply Rmin_r].
  - apply (M i _ a); [split; [auto|apply Rmin_l]|apply A; lia].
Qed.

Lemma sliding_moves_straight x0 t i : 0 <= t ->
  exists a, 0 < a /\ forall h, 0 <= h < a ->
    sliding x0 (t + h) i
    = sliding x0 t i + h * (if Rlt_dec (beta * t) (Rabs (x0 i)) then - beta * sgn (x0 i) else 0).
Proof.
  intros T. unfold sliding. destruct (Rlt_dec (beta * t) (Rabs (x0 i))) as [H|H].
  - exists ((Rabs (x0 i) - beta * t) / beta). split; [apply Rdiv_lt_0_compat; lra|]. intros h [h0 h1].
    apply (Rmult_lt_compat_r beta) in h1; [|exact beta_positive].
    replace ((Rabs (x0 i) - beta * t) / beta * beta) with (Rabs (x0 i) - beta * t) in h1 by (field; lra).
    rewrite !Rmax_right by lra. ring.
  - exists 1. split; [lra|]. intros h [h0 _]. assert (0 <= beta * h) by (apply Rmult_le_pos; lra).
    rewrite !Rmax_left by lra. ring.
Qed.

Lemma sign_flow_exists x0 : follows d (sign_flow d grad beta) (sliding x0).
Proof.
  split.
  - intros i _. apply continuous_everywhere. intro t. unfold sliding.
    apply (continuous_scal_r (sgn (x0 i)) (fun t => Rmax 0 (Rabs (x0 i) - beta * t))).
    apply continuous_from_near. intros eps P. exists (eps / beta). split; [apply Rdiv_lt_0_compat; auto|].
    intros s S. apply (Rmult_lt_compat_l beta) in S; [|exact beta_positive].
    replace (beta * (eps / beta)) with eps in S by (field; lra). rewrite <- (Rabs_pos_eq beta) in S at 1 by lra.
    rewrite <- Rabs_mult in S. eapply Rle_lt_trans; [|exact S].
    unfold Rmax. destruct (Rle_dec 0 (Rabs (x0 i) - beta * s)), (Rle_dec 0 (Rabs (x0 i) - beta * t));
      generalize dependent (Rabs (x0 i)); intros; split_Rabs; nra.
  - intros t T eps P.
    set (w := fun i => if Rlt_dec (beta * t) (Rabs (x0 i)) then - beta * sgn (x0 i) else 0).
    destruct (smallest_of_many (fun i a => forall h, 0 <= h < a ->
                sliding x0 (t + h) i = sliding x0 t i + h * w i) d) as [a [a0 A]].
    + intros i a b [_ L] B h H. apply B. lra.
    + intros i _. apply sliding_moves_straight. exact T.
    + exists a. split; [exact a0|]. intros h H. exists w. split.
      * intros i Hi. unfold w, grad, sliding. destruct (Rlt_dec (beta * t) (Rabs (x0 i))) as [L|L].
        -- rewrite Rmax_right by lra. set (m := Rabs (x0 i) - beta * t). assert (0 < m) by (unfold m; lra).
           destruct (sgn_cases (x0 i)) as [[S ->]|[[S ->]|[S ->]]].
           ++ rewrite !Rmult_1_l, Rmult_1_r, (Rabs_pos_eq m), Rabs_left by lra. lra.
           ++ replace (-1 * m) with (- m) by ring. rewrite Rabs_Ropp, (Rabs_pos_eq m) by lra.
              rewrite Rabs_pos_eq by lra. lra.
           ++ rewrite S, Rabs_R0 in L. assert (0 <= beta * t) by (apply Rmult_le_pos; lra). lra.
        -- rewrite Rmax_left by lra. rewrite !Rmult_0_r, Rabs_R0. lra.
      * unfold norm_1. rewrite total_of_zeros; [apply Rmult_le_pos; lra|].
        intros i Hi. rewrite A, Rminus_diag_eq, Rabs_R0; auto.
Qed.

(* Proposition 2.1 of the sign flow from (1, ..., 1) *)
Theorem proposition_2_1_of_simplest t (x := sliding (fun _ => 1)) : 0 < t ->
  Propositions.V f 0 x t <= Propositions.V f 0 x 0 * exp (- beta * t / (INR d + 1)).
Proof.
  intros T. pose proof (pos_INR d).
  apply (proposition_2_1 d f grad 0 beta f_frechet beta_positive x (sign_flow_exists _) (INR d + 1) t f_convex);
    auto; [lra|].
  (* the minimizer 0 is no farther away than d + 1 from any point of the sublevel set *)
  intros y Y. exists (fun _ => 0). split.
  - unfold f, dot. rewrite (total_of_zeros d); [ring|]. intros. ring.
  - intros i Hi. unfold sub. rewrite Rminus_0_r.
    assert (E : f (x 0) = / 2 * INR d).
    { unfold f, x, sliding, dot. rewrite (total_ext d _ (fun _ => 1)); [rewrite total_const; ring|]. intros j _.
      rewrite Rabs_R1, Rmult_0_r, Rminus_0_r, Rmax_right by lra.
      destruct (sgn_cases 1) as [[_ ->]|[[? _]|[? _]]]; lra. }
    rewrite E in Y. unfold f, dot in Y.
    pose proof (one_of_a_sum d (fun i => y i * y i) (fun i _ => Rle_0_sqr (y i)) i Hi) as O. cbv beta in O.
    apply Rabs_le. nra.
Qed.
End Simplest.

Definition examples :=
  (@theorem_2_of_simplest, @theorem_3_of_simplest, @gradient_flow_exists, @proposition_2_1_of_simplest).
Print Assumptions examples.
