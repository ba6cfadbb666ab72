// HTML Standard, "Safe passing of structured data", without transfer.

/**
 * A deep copy of what data can be made of.
 *
 * @throws `DOMException` of the name `DataCloneError` for functions, symbols and the like.
 */
declare function structuredClone<Value>(value: Value): Value;
