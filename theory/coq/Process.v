(* Runs with stochastic gradients: what has happened before an iteration, and expectations of it. *)
From Coq Require Import Reals Lra Lia List.
From Signproof Require Import Vectors Norms Recursion Expectation.
Open Scope R_scope.

(* What has happened before an iteration: the point that has been reached, and all that was drawn. *)
Definition history (Draw : Type) : Type := vec * list Draw.

Section Process.
Context {Draw : Type}.
Variables (x0 : vec) (moved : nat -> history Draw -> Draw -> vec) (oracle : nat -> history Draw -> expectation Draw).

(* One iteration: it is drawn by a law that may depend on all that has happened, and the point moves. *)
Definition advance (k : nat) (s : history Draw) (g : Draw) : history Draw := (moved k s g, g :: snd s)%list.

(* The law of what has happened before iteration k *)
Definition process (k : nat) : expectation (history Draw) :=
  state (x0, nil) (fun k s => image (advance k s) (oracle k s)) k.

(* signproof lemma "tower property", along a run *)
Lemma tower_property_along_run k a :
  process k (fun s => oracle k s (fun g => a (advance k s g))) = process (S k) a.
Proof. reflexivity. Qed.
End Process.

(* Means of sums over coordinates *)
Lemma mean_of_multiples {Omega} (E : expectation Omega) n (c : nat -> R) (a : nat -> Omega -> R) :
  total n (fun i => E (fun w => c i * a i w)) = total n (fun i => c i * E (a i)).
Proof. apply total_ext. intros. apply mean_scal. Qed.

(* Means as sums of multiples of means *)
Ltac linear_means :=
  repeat first
  [ rewrite mean_const | rewrite mean_plus | rewrite mean_minus | rewrite mean_opp | rewrite mean_scal | rewrite mean_total
  | rewrite mean_of_multiples ];
  repeat match goal with
  | |- context [mean ?E ?a] => is_var a; change (mean E a) with (mean E (fun w => a w))
  end.
