;;; view
(import "miniapp:host/view@1.0.0" (instance $view
  (export "error" (type $e (eq $error)))
  (type $c (record (field "path" string) (field "value" string)))
  (export "change" (type $change (eq $c)))
  (export "set-data" (func (param "page" u32) (param "changes" (list $change)) (result (result (error $e)))))))
;;; log
(import "miniapp:host/log@1.0.0" (instance $log
  (type $l (enum "trace" "debug" "info" "warn" "error"))
  (export "level" (type $level (eq $l)))
  (export "write" (func (param "level" $level) (param "message" string)))))
;;; clock
(import "miniapp:host/clock@1.0.0" (instance $clock
  (export "now" (func (result u64)))
  (export "monotonic" (func (result u64)))))
;;; timer
(import "miniapp:host/timer@1.0.0" (instance $timer
  (export "error" (type $e (eq $error)))
  (export "sleep" (func async (param "milliseconds" u32) (result (result (error $e)))))))
;;; timer-sync
(import "miniapp:host/timer-sync@1.0.0" (instance $timer-sync
  (export "error" (type $e (eq $error)))
  (export "sleep" (func (param "milliseconds" u32) (result (result (error $e)))))))
;;; random
(import "miniapp:host/random@1.0.0" (instance $random
  (export "error" (type $e (eq $error)))
  (export "bytes" (func (param "length" u32) (result (result (list u8) (error $e)))))
  (export "number" (func (result u64)))))
;;; locale
(import "miniapp:host/locale@1.0.0" (instance $locale
  (export "language" (func (result string)))
  (export "time-zone" (func (result string)))))
;;; http
(import "miniapp:host/http@1.0.0" (instance $http
  (type $h (list (tuple string string)))
  (export "headers" (type $headers (eq $h)))
  (type $q (record
    (field "method" string) (field "url" string) (field "headers" $headers)
    (field "body" (option (list u8))) (field "timeout" (option u32))))
  (export "request" (type (eq $q)))
  (type $a (record
    (field "status" u16) (field "url" string) (field "headers" $headers) (field "body" (list u8))))
  (export "response" (type (eq $a)))))
(alias export $http "request" (type $http-request))
(alias export $http "response" (type $http-response))
;;; request
(import "miniapp:host/request@1.0.0" (instance $request
  (export "error" (type $e (eq $error)))
  (export "request" (type $q (eq $http-request)))
  (export "response" (type $a (eq $http-response)))
  (export "fetch" (func async (param "request" $q) (result (result $a (error $e)))))))
;;; request-sync
(import "miniapp:host/request-sync@1.0.0" (instance $request-sync
  (export "error" (type $e (eq $error)))
  (export "request" (type $q (eq $http-request)))
  (export "response" (type $a (eq $http-response)))
  (export "fetch" (func (param "request" $q) (result (result $a (error $e)))))))
;;; profile
(import "miniapp:host/profile@1.0.0" (instance $profile
  (export "error" (type $e (eq $error)))
  (export "read" (func async (param "fields" (list string)) (result (result (list (tuple string string)) (error $e)))))))
;;; profile-sync
(import "miniapp:host/profile-sync@1.0.0" (instance $profile-sync
  (export "error" (type $e (eq $error)))
  (export "read" (func (param "fields" (list string)) (result (result (list (tuple string string)) (error $e)))))))
;;; source
(import "miniapp:script/source@1.0.0" (instance $source
  (export "read" (func (result string)))))
;;; points
(import "acme:loyalty/points@1.0.0" (instance $points
  (export "error" (type $e (eq $error)))
  (export "names" (func async (param "names" (list string)) (result (result u32 (error $e)))))))
;;; ledger
(import "acme:loyalty/ledger@1.0.0" (instance $ledger
  (export "error" (type $e (eq $error)))
  (type $v (variant (case "line" string) (case "sum" (result u32 (error string))) (case "nothing")))
  (export "entry" (type $entry (eq $v)))
  (export "note" (func (param "line" string) (result (result u32 (error $e)))))
  (export "enter" (func (param "entry" $entry) (result (result u32 (error $e)))))))
