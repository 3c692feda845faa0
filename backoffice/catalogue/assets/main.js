import { copying } from "./copy.js";
import { living } from "./live.js";
import { searching } from "./search.js";

searching();
copying();
living();
