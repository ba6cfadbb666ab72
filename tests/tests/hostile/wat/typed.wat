Hands functions of the native app's own values that no compiler would.
;;; lower
(core func $note (canon lower (func $ledger "note") (memory $memory) (realloc $realloc)))
(core func $enter (canon lower (func $ledger "enter") (memory $memory) (realloc $realloc)))
(core func $names (canon lower (func $points "names") (memory $memory) (realloc $realloc)))
;;; with
(export "note" (func $note))
(export "enter" (func $enter))
(export "names" (func $names))
;;; core
(import "env" "note" (func $note (param i32 i32 i32)))
(import "env" "enter" (func $enter (param i32 i32 i32 i32 i32)))
(import "env" "names" (func $names (param i32 i32 i32)))
(data (i32.const 512) "\ff\fe\80")
(table $attacks funcref (elem $a $b $c $d $e $f $g $h $i $j $k $l $m))
(func $a (type $attack) (param $page i32) (param $number i32) (result i32) (call $enter (i32.const 9) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)) (i32.const 16))
(func $b (type $attack) (param $page i32) (param $number i32) (result i32) (call $enter (i32.const 1) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 64)) (i32.const 16))
(func $c (type $attack) (param $page i32) (param $number i32) (result i32) (call $enter (i32.const 0) (i32.const 0) (i32.const 0x7fffffff) (i32.const 0) (i32.const 64)) (i32.const 16))
;; An error's text, where the result of the sum is told.
(func $d (type $attack) (param $page i32) (param $number i32) (result i32) (call $enter (i32.const 1) (i32.const 1) (i32.const 131070) (i32.const 16) (i32.const 64)) (i32.const 16))
(func $e (type $attack) (param $page i32) (param $number i32) (result i32) (call $note (i32.const 0) (i32.const 0x7fffffff) (i32.const 64)) (i32.const 16))
(func $f (type $attack) (param $page i32) (param $number i32) (result i32) (call $note (i32.const 512) (i32.const 3) (i32.const 64)) (i32.const 16))
(func $g (type $attack) (param $page i32) (param $number i32) (result i32) (call $note (i32.const 0) (i32.const 0) (i32.const 0xfffffff0)) (i32.const 16))
(func $h (type $attack) (param $page i32) (param $number i32) (result i32) (call $note (i32.const 0) (i32.const 0) (i32.const 131060)) (i32.const 16))
(func $i (type $attack) (param $page i32) (param $number i32) (result i32) (call $note (i32.const 0) (i32.const 0) (i32.const 65)) (i32.const 16))
(func $j (type $attack) (param $page i32) (param $number i32) (result i32) (call $names (i32.const 0) (i32.const 0x10000000) (i32.const 64)) (i32.const 16))
(func $k (type $attack) (param $page i32) (param $number i32) (result i32) (call $names (i32.const 2) (i32.const 1) (i32.const 64)) (i32.const 16))
;; Nothing is wrong with it: so that the others fail for what is.
(func $l (type $attack) (param $page i32) (param $number i32) (result i32)
  (call $note (i32.const 0) (i32.const 4) (i32.const 64))
  (if (i32.or (i32.load (i32.const 64)) (i32.ne (i32.load (i32.const 68)) (i32.const 4))) (then (unreachable)))
  (i32.const 16))
;; A list of names that cost the guest nothing, each an allocation of the host's. What it was told is the answer.
(func $m (type $attack) (param $page i32) (param $number i32) (result i32)
  (drop (memory.grow (i32.const 50)))
  (call $names (i32.const 65536) (i32.const 400000) (i32.const 64)) (i32.const 64))
