An event that is answered through the asynchronous calling convention, and not as it should be.
;;; lower
(core func $task-return (canon task.return (result (result (error $error))) (memory $memory)))
(core func $set-new (canon waitable-set.new))
(core func $join (canon waitable.join))
(core func $sleep (canon lower (func $timer "sleep") async (memory $memory) (realloc $realloc)))
;;; with
(export "task-return" (func $task-return))
(export "set-new" (func $set-new))
(export "join" (func $join))
(export "sleep" (func $sleep))
;;; lift-event
async (callback (core func $main "callback")) (memory $memory) (realloc $realloc)
;;; core
(import "env" "task-return" (func $task-return (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
(import "env" "set-new" (func $set-new (result i32)))
(import "env" "join" (func $join (param i32 i32)))
(import "env" "sleep" (func $sleep (param i32 i32) (result i32)))
(type $event (func (result i32)))
(global $fate (mut i32) (i32.const 0))
(global $set (mut i32) (i32.const 0))
(func $return
  (call $task-return (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
;; Waits a millisecond, and then the callback does what `fate` says.
(func $soon (param $fate i32) (result i32)
  (global.set $fate (local.get $fate))
  (global.set $set (call $set-new))
  (call $join (i32.shr_u (call $sleep (i32.const 1) (i32.const 64)) (i32.const 4)) (global.get $set))
  (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))
(table $events funcref (elem $a $b $c $d $e $f $g $h $i $j $k))
(func (export "on-event") (param i32) (param $handler i32) (param i32 i32 i32 i32 i32) (result i32)
  (call_indirect $events (type $event) (i32.sub (i32.load8_u (local.get $handler)) (i32.const 97))))
(func (export "callback") (param i32 i32 i32) (result i32)
  (if (i32.eq (global.get $fate) (i32.const 1)) (then (unreachable)))
  (if (i32.eq (global.get $fate) (i32.const 2)) (then (loop $ever (br $ever))))
  (if (i32.eq (global.get $fate) (i32.const 3)) (then (call $return) (call $return)))
  (if (i32.eq (global.get $fate) (i32.const 4)) (then (return (i32.const 1))))
  (i32.const 0))
;; Waits on a set with nothing in it.
(func $a (result i32) (i32.or (i32.const 2) (i32.shl (call $set-new) (i32.const 4))))
;; Answers with a code that there is not.
(func $b (result i32) (i32.const 7))
;; Traps in the callback.
(func $c (result i32) (call $soon (i32.const 1)))
;; Ends without an answer.
(func $d (result i32) (i32.const 0))
;; Answers twice.
(func $e (result i32) (call $return) (call $return) (i32.const 0))
;; Computes for ever in the callback.
(func $f (result i32) (call $soon (i32.const 2)))
;; Gives others a turn, for ever.
(func $g (result i32) (global.set $fate (i32.const 4)) (i32.const 1))
;; Waits on a set that there is not.
(func $h (result i32) (i32.const 0x7fffffe2))
;; Answers twice, in the callback.
(func $i (result i32) (call $soon (i32.const 3)))
;; Answers, and leaves something under way.
(func $j (result i32)
  (drop (call $sleep (i32.const 3600000) (i32.const 64))) (call $return) (i32.const 0))
;; Answers, and then gives others a turn, for ever.
(func $k (result i32) (global.set $fate (i32.const 4)) (call $return) (i32.const 1))
