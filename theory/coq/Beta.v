(* The beta function and the regularized incomplete beta function of whole arguments, as integrals:
   B(a, b) of t^(a-1) (1-t)^(b-1) over [0, 1], and I_p(a, b), the same over [0, p], divided by B(a, b). *)
From Coq Require Import Reals Lra Lia Psatz Factorial.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition density (a b : nat) (t : R) : R := t ^ (a - 1) * (1 - t) ^ (b - 1).
Definition unfinished_beta (p : R) (a b : nat) : R := RInt (density a b) 0 p.
Definition beta (a b : nat) : R := unfinished_beta 1 a b.
Definition incomplete_beta (p : R) (a b : nat) : R := unfinished_beta p a b / beta a b.

Lemma density_integrable a b p q : ex_RInt (density a b) p q.
Proof.
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros. apply (ex_derive_continuous (V := R_NormedModule)).
  unfold density. auto_derive. auto.
Qed.

(* t + (1 - t) = 1 *)
Lemma unfinished_beta_splits p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  unfinished_beta p a b = unfinished_beta p (a + 1) b + unfinished_beta p a (b + 1).
Proof.
  intros A B. unfold unfinished_beta. rewrite <- (RInt_plus (V := R_CompleteNormedModule)) by apply density_integrable.
  apply RInt_ext. intros t _. unfold density, plus; cbn.
  replace (a + 1 - 1)%nat with (S (a - 1)) by lia. replace (b + 1 - 1)%nat with (S (b - 1)) by lia. cbn [pow]. ring.
Qed.

(* Integration by parts: a t^(a-1) (1-t)^b - b t^a (1-t)^(b-1) is the derivative of t^a (1-t)^b. *)
Lemma unfinished_beta_by_parts p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  INR a * unfinished_beta p a (b + 1) - INR b * unfinished_beta p (a + 1) b = p ^ a * (1 - p) ^ b.
Proof.
  intros A B. unfold unfinished_beta.
  set (F := fun t => t ^ a * (1 - t) ^ b).
  set (G := fun t => INR a * density a (b + 1) t - INR b * density (a + 1) b t).
  assert (D : forall t, is_derive F t (G t)).
  { intro t. unfold F, G, density. auto_derive; [auto|].
    replace (a + 1 - 1)%nat with a by lia. replace (b + 1 - 1)%nat with b by lia.
    replace (Init.Nat.pred a) with (a - 1)%nat by lia. replace (Init.Nat.pred b) with (b - 1)%nat by lia.
    unfold Rminus. ring. }
  assert (I : is_RInt G 0 p (F p - F 0)).
  { apply (is_RInt_derive F G).
    - intros. apply D.
    - intros. apply (ex_derive_continuous (V := R_NormedModule)). unfold G, density. auto_derive. auto. }
  assert (F 0 = 0) as Z by (unfold F; rewrite pow_i by lia; ring).
  rewrite Z, Rminus_0_r in I. apply (is_RInt_unique (V := R_CompleteNormedModule)) in I. fold (F p). rewrite <- I.
  unfold G.
  rewrite <- (RInt_scal (V := R_CompleteNormedModule)) by apply density_integrable.
  rewrite <- (RInt_scal (V := R_CompleteNormedModule)) by apply density_integrable.
  symmetry. apply (RInt_minus (V := R_CompleteNormedModule)).
  - apply (ex_RInt_scal (V := R_CompleteNormedModule)), density_integrable.
  - apply (ex_RInt_scal (V := R_CompleteNormedModule)), density_integrable.
Qed.

Lemma unfinished_beta_first p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  unfinished_beta p (a + 1) b = (INR a * unfinished_beta p a b - p ^ a * (1 - p) ^ b) / (INR a + INR b).
Proof.
  intros A B. pose proof (unfinished_beta_splits p a b A B) as S. pose proof (unfinished_beta_by_parts p a b A B) as P.
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia).
  rewrite <- P, S. field. lra.
Qed.

Lemma unfinished_beta_second p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  unfinished_beta p a (b + 1) = (INR b * unfinished_beta p a b + p ^ a * (1 - p) ^ b) / (INR a + INR b).
Proof.
  intros A B. pose proof (unfinished_beta_splits p a b A B) as S. pose proof (unfinished_beta_by_parts p a b A B) as P.
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia).
  rewrite <- P, S. field. lra.
Qed.

Lemma unfinished_beta_at_one p : unfinished_beta p 1 1 = p.
Proof.
  unfold unfinished_beta. rewrite (RInt_ext _ (fun _ => 1)).
  - rewrite RInt_const. unfold scal; cbn. unfold mult; cbn. ring.
  - intros. unfold density. cbn. ring.
Qed.

(* signproof lemma "beta function" *)
Lemma beta_function a b : (1 <= a)%nat -> (1 <= b)%nat -> beta a (b + 1) = beta a b * INR b / (INR a + INR b).
Proof.
  intros A B. unfold beta. rewrite unfinished_beta_second by auto.
  replace (1 - 1) with 0 by ring. rewrite (pow_i b) by lia.
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia). field. lra.
Qed.

Lemma beta_function_first a b : (1 <= a)%nat -> (1 <= b)%nat -> beta (a + 1) b = beta a b * INR a / (INR a + INR b).
Proof.
  intros A B. unfold beta. rewrite unfinished_beta_first by auto.
  replace (1 - 1) with 0 by ring. rewrite (pow_i b) by lia.
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia). field. lra.
Qed.

(* B(a, b) = (a - 1)! (b - 1)! / (a + b - 1)! *)
Lemma beta_by_factorials m n : beta (S m) (S n) = INR (fact m) * INR (fact n) / INR (fact (m + n + 1)).
Proof.
  assert (P : forall k, INR (fact k) <> 0) by (intro; apply INR_fact_neq_0).
  assert (Q : forall k, INR k + 1 <> 0) by (intro k; pose proof (pos_INR k); lra).
  induction m.
  - induction n.
    + unfold beta. rewrite unfinished_beta_at_one. cbn. field.
    + replace (S (S n)) with (S n + 1)%nat by lia. rewrite beta_function, IHn by lia.
      replace (0 + S n + 1)%nat with (S (0 + n + 1)) by lia. rewrite (fact_simpl n), (fact_simpl (0 + n + 1)).
      rewrite !mult_INR, !S_INR, !plus_INR. cbn [INR]. pose proof (pos_INR n). field. repeat split; auto; lra.
  - replace (S (S m)) with (S m + 1)%nat by lia. rewrite beta_function_first, IHm by lia.
    replace (S m + n + 1)%nat with (S (m + n + 1)) by lia. rewrite (fact_simpl m), (fact_simpl (m + n + 1)).
    rewrite !mult_INR, !S_INR, !plus_INR. cbn [INR]. pose proof (pos_INR n). pose proof (pos_INR m).
    field. repeat split; auto; lra.
Qed.

(* signproof lemma "positive beta function" *)
Lemma positive_beta_function a b : (1 <= a)%nat -> (1 <= b)%nat -> 0 < beta a b.
Proof.
  intros A B. destruct a as [|m]; [lia|]. destruct b as [|n]; [lia|]. rewrite beta_by_factorials.
  pose proof (INR_fact_lt_0 m). pose proof (INR_fact_lt_0 n). pose proof (INR_fact_lt_0 (m + n + 1)).
  apply Rdiv_lt_0_compat; [apply Rmult_lt_0_compat|]; assumption.
Qed.

(* signproof lemma "incomplete beta function at 1" *)
Lemma incomplete_beta_function_at_1 p : incomplete_beta p 1 1 = p.
Proof. unfold incomplete_beta, beta. rewrite !unfinished_beta_at_one. field. Qed.

(* signproof lemma "incomplete beta function, first" *)
Lemma incomplete_beta_function_first p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  incomplete_beta p (a + 1) b = incomplete_beta p a b - p ^ a * (1 - p) ^ b / (INR a * beta a b).
Proof.
  intros A B. unfold incomplete_beta. rewrite unfinished_beta_first, beta_function_first by auto.
  pose proof (positive_beta_function a b A B).
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia). field. lra.
Qed.

(* signproof lemma "incomplete beta function, second" *)
Lemma incomplete_beta_function_second p a b : (1 <= a)%nat -> (1 <= b)%nat ->
  incomplete_beta p a (b + 1) = incomplete_beta p a b + p ^ a * (1 - p) ^ b / (INR b * beta a b).
Proof.
  intros A B. unfold incomplete_beta. rewrite unfinished_beta_second, beta_function by auto.
  pose proof (positive_beta_function a b A B).
  assert (0 < INR a) by (apply lt_0_INR; lia). assert (0 < INR b) by (apply lt_0_INR; lia). field. lra.
Qed.

(* I_p(k + 1, k + 1) is p at least if p >= 1/2: more voters vote no worse. *)
Lemma incomplete_beta_at_least_p p k : / 2 <= p <= 1 -> p <= incomplete_beta p (k + 1) (k + 1).
Proof.
  intros P. induction k.
  - rewrite incomplete_beta_function_at_1. lra.
  - replace (S k + 1)%nat with (k + 1 + 1)%nat by lia. set (a := (k + 1)%nat) in *.
    assert (A : (1 <= a)%nat) by (unfold a; lia).
    rewrite (incomplete_beta_function_first p a (a + 1)), (incomplete_beta_function_second p a a) by lia.
    rewrite (beta_function a a) by lia. pose proof (positive_beta_function a a A A) as B.
    assert (N : 0 < INR a) by (apply lt_0_INR; lia). rewrite (pow_add (1 - p) a 1), pow_1.
    assert (0 <= p ^ a * (1 - p) ^ a * (2 * p - 1) / (INR a * beta a a)).
    { apply Rmult_le_pos; [|apply Rlt_le, Rinv_0_lt_compat, Rmult_lt_0_compat; assumption].
      repeat apply Rmult_le_pos; try apply pow_le; lra. }
    eapply Rle_trans; [exact IHk|]. apply Rminus_le.
    replace (_ - _) with (- (p ^ a * (1 - p) ^ a * (2 * p - 1) / (INR a * beta a a))) by (field; lra). lra.
Qed.

Print Assumptions incomplete_beta_function_second.
