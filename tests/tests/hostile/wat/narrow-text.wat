Takes its text as Latin-1 or UTF-16, so that the host must guess and narrow what it hands over.
;;; lift
(memory $memory) (realloc $realloc) string-encoding=latin1+utf16
;;; core
(func (export "on-event")
  (param $page i32) (param $handler i32) (param $bytes i32) (param $detail i32) (param $units i32) (param i32 i32) (result i32)
  (local $expected i32)
  ;; `b` comes with text that fits into Latin-1, `c` with text that does not, which is marked.
  (local.set $expected (select (i32.const 10000) (i32.const 0x80004e20)
    (i32.eq (i32.load8_u (local.get $handler)) (i32.const 98))))
  (if (i32.ne (local.get $units) (local.get $expected)) (then (unreachable)))
  (i32.const 16))
