Grows, fills and copies memories and tables for as long as it may.
;;; memory
(memory (export "memory") 2)
(table (export "grown") 10 funcref)
(global $next (mut i32) (i32.const 0))
;; One of 32 places of a kibibyte, in turn: what is handed over is small here.
(func (export "realloc") (param i32 i32 i32 i32) (result i32)
  (global.set $next (i32.and (i32.add (global.get $next) (i32.const 1024)) (i32.const 0x7fff)))
  (i32.add (global.get $next) (i32.const 4096)))
;;; lower
(alias core export $state "grown" (core table $grown))
;;; with
(export "grown" (table $grown))
;;; core
(import "env" "grown" (table $grown 10 funcref))
(table $attacks funcref (elem $a $b $c $d $e $f $g $h $i $j $k $l $m $n))
(func $grow-all (loop $next (br_if $next (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))))
(func $a (type $attack) (param $page i32) (param $number i32) (result i32) (call $grow-all) (i32.const 16))
(func $b (type $attack) (param $page i32) (param $number i32) (result i32) (loop $ever (drop (memory.grow (i32.const 1))) (br $ever)) (unreachable))
(func $c (type $attack) (param $page i32) (param $number i32) (result i32)
  (if (i32.ne (memory.grow (i32.const 65535)) (i32.const -1)) (then (unreachable)))
  (i32.const 16))
(func $d (type $attack) (param $page i32) (param $number i32) (result i32) (loop $ever (drop (table.grow $grown (ref.null func) (i32.const 1))) (br $ever)) (unreachable))
(func $e (type $attack) (param $page i32) (param $number i32) (result i32)
  (if (i32.ne (table.grow $grown (ref.null func) (i32.const -1)) (i32.const -1)) (then (unreachable)))
  (i32.const 16))
;; One element past what all tables may have.
(func $n (type $attack) (param $page i32) (param $number i32) (result i32)
  (if (i32.ne (table.grow $grown (ref.null func) (i32.const 20000)) (i32.const -1)) (then (unreachable)))
  (i32.const 16))
(func $f (type $attack) (param $page i32) (param $number i32) (result i32)
  (call $grow-all)
  (loop $ever
    (memory.fill (i32.const 65536) (i32.const 7) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65536)))
    (br $ever))
  (unreachable))
(func $g (type $attack) (param $page i32) (param $number i32) (result i32)
  (call $grow-all)
  (loop $ever
    (memory.copy (i32.const 65536) (i32.const 65537) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65537)))
    (br $ever))
  (unreachable))
(func $h (type $attack) (param $page i32) (param $number i32) (result i32)
  (drop (table.grow $grown (ref.null func) (i32.const 19000)))
  (loop $ever (table.fill $grown (i32.const 0) (ref.null func) (table.size $grown)) (br $ever))
  (unreachable))
(func $i (type $attack) (param $page i32) (param $number i32) (result i32) (loop $ever (br $ever)) (unreachable))
(func $j (type $attack) (param $page i32) (param $number i32) (result i32) (call $j (local.get $page) (local.get $number)))
;; Marks every byte beyond the first page.
(func $k (type $attack) (param $page i32) (param $number i32) (result i32)
  (call $grow-all)
  (memory.fill (i32.const 65536) (i32.const 0xa5) (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65536)))
  (i32.const 16))
;; Looks whether any byte beyond the first page is other than zero, at every 64th place.
(func $l (type $attack) (param $page i32) (param $number i32) (result i32) (local $at i32) (local $end i32)
  (call $grow-all)
  (local.set $end (i32.mul (memory.size) (i32.const 65536)))
  (local.set $at (i32.const 65536))
  (loop $next
    (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (unreachable)))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
  (i32.const 16))
;; Keeps no value on a stack of its own: only frames, each with as many locals as there may be.
(func $m (type $attack) (param $page i32) (param $number i32) (result i32) (drop (call $m (local.get $page) (i32.add (local.get $number) (i32.const 1)))) (i32.const 16))
