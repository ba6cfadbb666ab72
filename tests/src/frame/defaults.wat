;;; memory
;; An arena that starts over when it is full: what was handed over before is not needed any more.
(memory (export "memory") 2)
(global $top (mut i32) (i32.const 4096))
(func (export "realloc") (param $old i32) (param $old_bytes i32) (param $align i32) (param $bytes i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and
    (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
    (i32.sub (i32.const 0) (local.get $align))))
  (if (i32.gt_u (i32.add (local.get $at) (local.get $bytes)) (i32.mul (memory.size) (i32.const 65536)))
    (then (local.set $at (i32.const 4096))))
  (global.set $top (i32.add (local.get $at) (local.get $bytes)))
  (memory.copy (local.get $at) (local.get $old)
    (select (local.get $old_bytes) (local.get $bytes) (i32.lt_u (local.get $old_bytes) (local.get $bytes))))
  (local.get $at))
;;; on-launch
(func (export "on-launch") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 16))
;;; app-show
(func (export "app-show") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) (i32.const 16))
;;; app-hide
(func (export "app-hide") (result i32) (i32.const 16))
;;; on-load
(func (export "on-load") (param i32 i32 i32 i32 i32) (result i32) (i32.const 16))
;;; on-ready
(func (export "on-ready") (param i32) (result i32) (i32.const 16))
;;; on-show
(func (export "on-show") (param i32) (result i32) (i32.const 16))
;;; on-hide
(func (export "on-hide") (param i32) (result i32) (i32.const 16))
;;; on-unload
(func (export "on-unload") (param i32) (result i32) (i32.const 16))
;;; on-event
;; The handler is one letter, the place of a function in the table `$attacks`; the detail is a number.
;; 16 is where a result lies that is fine; what a host call has answered may be returned as it lies.
(type $attack (func (param $page i32) (param $number i32) (result i32)))
(func (export "on-event")
  (param $page i32) (param $handler i32) (param $bytes i32) (param $detail i32) (param $digits i32) (param i32 i32) (result i32)
  (local $number i32)
  (block $read (loop $next
    (br_if $read (i32.eqz (local.get $digits)))
    (local.set $number (i32.add
      (i32.mul (local.get $number) (i32.const 10))
      (i32.sub (i32.load8_u (local.get $detail)) (i32.const 48))))
    (local.set $detail (i32.add (local.get $detail) (i32.const 1)))
    (local.set $digits (i32.sub (local.get $digits) (i32.const 1)))
    (br $next)))
  (call_indirect $attacks (type $attack)
    (local.get $page) (local.get $number)
    (i32.sub (i32.load8_u (local.get $handler)) (i32.const 97))))
