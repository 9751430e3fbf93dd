(* Votes of independent signs, for exported proofs: with S n where Beta.v and Votes.v have n + 1. *)
From Coq Require Import Reals Lra Lia ZArith.
From Signproof Require Import Vectors Norms Recursion Expectation.
From Signproof Require Export Beta Votes.
Open Scope R_scope.

Lemma next_beta a b : beta (S a) (S (S b)) = beta (S a) (S b) * INR (S b) / (INR (S a) + INR (S b)).
Proof. replace (S (S b)) with (S b + 1)%nat by lia. apply beta_function; lia. Qed.

Lemma next_incomplete_beta_first p a b :
  incomplete_beta p (S (S a)) (S b)
  = incomplete_beta p (S a) (S b) - p ^ S a * (1 - p) ^ S b / (INR (S a) * beta (S a) (S b)).
Proof. replace (S (S a)) with (S a + 1)%nat by lia. apply incomplete_beta_function_first; lia. Qed.

Lemma next_incomplete_beta_second p a b :
  incomplete_beta p (S a) (S (S b))
  = incomplete_beta p (S a) (S b) + p ^ S a * (1 - p) ^ S b / (INR (S b) * beta (S a) (S b)).
Proof. replace (S (S b)) with (S b + 1)%nat by lia. apply incomplete_beta_function_second; lia. Qed.

Lemma tie_of_even p chance n :
  probability p chance 0 (S (S (2 * n))) = 2 * p ^ S n * (1 - p) ^ S n / (INR (S n) * beta (S n) (S n)).
Proof. replace (S (S (2 * n))) with (2 * S n)%nat by lia. apply central_binomial_probability. lia. Qed.

(* n - j is 2 m + 1 *)
Lemma odd_difference p chance j n m : (Z.of_nat n - j = 2 * m + 1)%Z -> probability p chance j n = 0.
Proof. intros E. apply parity. rewrite Z.odd_spec. exists m. exact E. Qed.
