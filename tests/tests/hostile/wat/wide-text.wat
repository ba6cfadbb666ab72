Takes its text as UTF-16, so that the host must widen what it hands over.
;;; lift
(memory $memory) (realloc $realloc) string-encoding=utf16
;;; core
(func (export "on-event")
  (param $page i32) (param $handler i32) (param $bytes i32) (param $detail i32) (param $units i32) (param i32 i32) (result i32)
  (if (i32.ne (local.get $units) (i32.const 20000)) (then (unreachable)))
  (i32.const 16))
