;; The frame that every hand-written guest is set in: a mini-app of the asynchronous world whose
;; callbacks return at once. `{…}` are filled by hand_written.rs.
(component
  (import "miniapp:host/types@1.0.0" (instance $types
    (type $error (record
      (field "code" string) (field "message" string)
      (field "permission" (option string)) (field "line" (option string))))
    (export "error" (type (eq $error)))))
  (alias export $types "error" (type $error))
  (import "miniapp:host/launch@1.0.0" (instance $launch
    (type $options (record
      (field "path" string) (field "query" (list (tuple string string)))
      (field "fragment" (option string)) (field "referrer" (option string))
      (field "extra" (option string))))
    (export "launch-options" (type (eq $options)))))
  (alias export $launch "launch-options" (type $options))
  (import "miniapp:host/event@1.0.0" (instance $event
    (type $page-event (record (field "handler" string) (field "detail" string) (field "dataset" string)))
    (export "page-event" (type (eq $page-event)))))
  (alias export $event "page-event" (type $page-event))
  {imports}
  {before}
  (core module $memory
    {memory})
  (core instance $state (instantiate $memory {with-memory}))
  (alias core export $state "memory" (core memory $memory))
  (alias core export $state "realloc" (core func $realloc))
  {lower}
  (core module $main
    (import "env" "memory" (memory 1))
    {core}
    {defaults})
  (core instance $main (instantiate $main (with "env" (instance
    (export "memory" (memory $memory))
    {with}))))
  (type $done (result (error $error)))
  (func $on-launch async (param "options" $options) (result $done)
    (canon lift (core func $main "on-launch") {lift}))
  (func $app-show async (param "options" $options) (result $done)
    (canon lift (core func $main "app-show") {lift}))
  (func $app-hide async (result $done) (canon lift (core func $main "app-hide") {lift}))
  (instance $lifecycle
    (export "on-launch" (func $on-launch))
    (export "on-show" (func $app-show))
    (export "on-hide" (func $app-hide)))
  (export "miniapp:host/lifecycle@1.0.0" (instance $lifecycle))
  (type $pair (tuple string string))
  (type $query (list $pair))
  (func $on-load async (param "page" u32) (param "path" string) (param "query" $query) (result $done)
    (canon lift (core func $main "on-load") {lift}))
  (func $on-ready async (param "page" u32) (result $done) (canon lift (core func $main "on-ready") {lift}))
  (func $on-show async (param "page" u32) (result $done) (canon lift (core func $main "on-show") {lift}))
  (func $on-hide async (param "page" u32) (result $done) (canon lift (core func $main "on-hide") {lift}))
  (func $on-unload async (param "page" u32) (result $done) (canon lift (core func $main "on-unload") {lift}))
  (func $on-event async (param "page" u32) (param "event" $page-event) (result $done)
    (canon lift (core func $main "on-event") {lift-event}))
  (instance $page
    (export "on-load" (func $on-load))
    (export "on-ready" (func $on-ready))
    (export "on-show" (func $on-show))
    (export "on-hide" (func $on-hide))
    (export "on-unload" (func $on-unload))
    (export "on-event" (func $on-event)))
  (export "miniapp:host/page@1.0.0" (instance $page)))
