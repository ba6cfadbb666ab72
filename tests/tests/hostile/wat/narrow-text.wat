Takes its text as Latin-1 or UTF-16, so that the host must guess and narrow what it hands over.
;;; lift
(memory $memory) (realloc $realloc) string-encoding=latin1+utf16
;;; core
(table $attacks funcref (elem $a))
(func $a (type $attack) (param $page i32) (param $number i32) (result i32) (i32.const 16))
