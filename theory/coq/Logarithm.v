(* The logarithm is between its tangents. *)
From Coq Require Import Reals Lra.
Open Scope R_scope.

Lemma logarithm_below_tangent u : 0 < u -> ln u <= u - 1.
Proof.
  intros U. destruct (Req_dec (ln u) 0) as [Z|N].
  - assert (E : u = 1) by (rewrite <- (exp_ln u U), Z; apply exp_0). rewrite Z, E. lra.
  - pose proof (exp_ineq1 (ln u) N) as B. rewrite exp_ln in B; lra.
Qed.

(* signproof lemma "logarithm" *)
Lemma logarithm u : 0 < u -> 1 - 1 / u <= ln u /\ ln u <= u - 1.
Proof.
  intros U. split; [|apply logarithm_below_tangent, U].
  pose proof (logarithm_below_tangent (/ u) (Rinv_0_lt_compat u U)) as B. rewrite ln_Rinv in B by exact U.
  unfold Rdiv. lra.
Qed.
