;; Two components in one: what one says to the other is copied between them by the engine itself,
;; for no fuel. The one calls with six megabytes, again and again, before anything else happens.
(component
  (component $taker
    (core module $code
      (memory (export "memory") 110)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
      (func (export "take") (param i32 i32)))
    (core instance $run (instantiate $code))
    (alias core export $run "memory" (core memory $memory))
    (func (export "take") (param "text" string)
      (canon lift (core func $run "take") (memory $memory) (realloc (core func $run "realloc")))))
  (component $caller
    (import "take" (func $take (param "text" string)))
    (core module $room (memory (export "memory") 110))
    (core instance $room (instantiate $room))
    (core func $take (canon lower (func $take) (memory (core memory $room "memory"))))
    (core module $code
      (import "env" "take" (func $take (param i32 i32)))
      (func $start (loop $ever (call $take (i32.const 65536) (i32.const 6000000)) (br $ever)))
      (start $start))
    (core instance (instantiate $code (with "env" (instance (export "take" (func $take)))))))
  (instance $taker (instantiate $taker))
  (instance (instantiate $caller (with "take" (func $taker "take")))))
