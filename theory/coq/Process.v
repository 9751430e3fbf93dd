(* Runs with stochastic gradients: what has happened before an iteration, and expectations of it. *)
From Coq Require Import Reals Lra Lia List.
From Signproof Require Import Vectors Norms Recursion.
From Signproof Require Export Expectation.
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

(* n independent draws of a vector, and their mean *)
Definition draws (E : expectation vec) (n : nat) : expectation (nat -> vec) := family zero (fun _ => E) n.
Definition mean_draw (n : nat) (w : nat -> vec) : vec := fun i => total n (fun m => w m i) / INR n.

(* signproof lemma "Bienaymé", in coordinate i of what is drawn with the mean m *)
Lemma variance_of_draws (E : expectation vec) (m : vec) c n i : (0 < n)%nat -> E (fun v => v i) = m i ->
  c ^ 2 * m i ^ 2 - 2 * c ^ 2 * m i * draws E n (fun w => mean_draw n w i)
    + c ^ 2 * draws E n (fun w => mean_draw n w i ^ 2)
  = (c ^ 2 * m i ^ 2 - 2 * c ^ 2 * m i * E (fun v => v i) + c ^ 2 * E (fun v => v i ^ 2)) / INR n.
Proof.
  intros P M. assert (N : INR n <> 0) by (apply not_0_INR; lia).
  pose proof (Bienayme zero E n (fun v => v i) P) as B. cbv beta in B. rewrite M in B.
  pose proof (mean_of_draws zero E n (fun v => v i) P) as D. cbv beta in D. rewrite M in D.
  assert (L : forall (Omega : Type) (F : expectation Omega) (a : Omega -> R) r,
    F (fun w => (a w - r) ^ 2) = F (fun w => a w ^ 2) - 2 * r * F a + r ^ 2).
  { intros Omega F a r.
    rewrite (expectation_of_equals F _ (fun w => (a w ^ 2 + -2 * r * a w) + r ^ 2)) by (intro; ring).
    rewrite !mean_plus, mean_scal, mean_const. ring. }
  rewrite (L (nat -> vec) _ (fun w : nat -> vec => total n (fun m => w m i) / INR n)), (L _ E (fun v => v i)) in B. cbv beta in B.
  rewrite M, D in B.
  unfold draws, mean_draw. rewrite D, M.
  set (u := family zero (fun _ : nat => E) n (fun w => (total n (fun m => w m i) / INR n) ^ 2)) in *.
  set (v := E (fun v => v i ^ 2)) in *.
  replace (c ^ 2 * m i ^ 2 - 2 * c ^ 2 * m i * m i + c ^ 2 * u) with (c ^ 2 * (u - 2 * m i * m i + m i ^ 2)) by ring.
  rewrite B. field. exact N.
Qed.

(* Means as sums of multiples of means *)
Ltac linear_means :=
  repeat first
  [ rewrite mean_const | rewrite mean_plus | rewrite mean_minus | rewrite mean_opp | rewrite mean_scal | rewrite mean_total
  | rewrite mean_of_multiples ];
  repeat match goal with
  | |- context [mean ?E ?a] =>
    lazymatch a with fun _ => _ => fail | _ => change (mean E a) with (mean E (fun w => a w)) end
  end.
