/// <reference path="./events.d.ts" />
/// <reference path="./abort.d.ts" />
/// <reference path="./url.d.ts" />
/// <reference path="./encoding.d.ts" />
/// <reference path="./fetch.d.ts" />
/// <reference path="./crypto.d.ts" />
/// <reference path="./clone.d.ts" />
/// <reference path="./performance.d.ts" />
