/** Names that show what a category is, also where its text is empty, blank, very long or has characters that can't be seen. */

import { ELLIPSIS, takeLetters } from "./text-width.js";

/** Enough to tell texts apart in a label, a tooltip or a sentence; the rows show them in full. */
const MAX_NAME_LENGTH = 300;
const EMPTY = "(empty)";

/** Characters without a shape of their own: controls, directions, joiners, tags. Variation selectors belong to the character before. */
const UNSEEN = /(?![\uFE00-\uFE0F\u{E0100}-\u{E01EF}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u180B-\u180D\u3164\uFFA0]|[\uD800-\uDFFF]/gu;
/** Joiners that shape the letters of Arabic, Indic and other scripts, and tie emoji together. */
const SHAPING_JOINERS = /(?<=[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}\s])[\u200C\u200D](?=[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}\s])/u;
/** Flags of regions such as Scotland: a black flag and tags. */
const FLAG_TAGS = /(?<=\u{1F3F4}[\u{E0020}-\u{E007E}]*)[\u{E0020}-\u{E007F}]/u;
const SHAPING = new RegExp(`${SHAPING_JOINERS.source}|${FLAG_TAGS.source}`, "uy");
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Whitespace that HTML and the eye leave out. */
const LOST_SPACES = /^\s|\s$|\s\s/u;
/** Spaces alone, and the Braille pattern without a dot. */
const BLANK = /^[\p{Z}\s\u2800]*$/u;
const NO_BREAK_SPACE = "\u00A0";
/** Isolates a text from the direction of what stands around it. */
const [ISOLATE, END_ISOLATE] = ["\u2068", "\u2069"];
/** @type {Record<string, string>} */
const SYMBOLS = { "\n": "↵", "\r": "␍", "\t": "⇥" };

/** @param {string} character */
function showCharacter(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (SYMBOLS[character]) return SYMBOLS[character];
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
}

/**
 * The name of a category in labels, sentences and cells: a space or nothing reads as '" " (blank)' and "(empty)",
 * a line break as ↵, a character that can't be seen by its number.
 * @param {string} text
 * @param {number} [length] code units from which on it is shortened
 */
export function formatCategory(text, length = MAX_NAME_LENGTH) {
  if (text === "") return EMPTY;
  const start = takeLetters(text, length);
  const shown = start.replace(UNSEEN, (character, index) => (isShaping(start, index) ? character : showCharacter(character)));
  const end = start === text ? "" : ELLIPSIS;
  if (BLANK.test(start.replace(UNSEEN, ""))) return `${quoteSpaces(shown + end)} (blank)`;
  const name = LOST_SPACES.test(shown) ? quoteSpaces(shown + end) : shown + end;
  return RIGHT_TO_LEFT.test(name) ? ISOLATE + name + END_ISOLATE : name;
}

/** A text in quotation marks in which each space is kept, and told from others. @param {string} text */
function quoteSpaces(text) {
  return `"${text.replace(/\s/gu, (space) => (space === " " ? NO_BREAK_SPACE : showCharacter(space)))}"`;
}

/** @param {string} text @param {number} index */
function isShaping(text, index) {
  SHAPING.lastIndex = index;
  return SHAPING.test(text);
}
