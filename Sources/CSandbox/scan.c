// A look at a source text before Lua's parser sees it.
//
// Lua 5.4.4 names the bad value of a failed operation by walking its chain of suffixes recursively
// and in quadratic time: an expression with 60,000 of them stalls for seconds and 100,000 overflow
// an 8 MiB stack. Nobody writes more than a handful, so long chains are refused.
//
// Its parser walks the list of open jumps for every further `and`, `or` and `elseif`: 40,000 of them
// take two seconds. And for `local _ENV <const>` it makes code that takes a global's table from a
// register of somebody else, or from beyond the stack (upstream commit 1f3c6f45, in 5.4.5).
#include "inside.h"

enum { CHAIN_MAX = 200, NESTING_MAX = 200, BRANCHES_MAX = 8000 };

static bool is_word(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

typedef struct Scanner {
    const uint8_t *at, *end;
    int line;
} Scanner;

static uint8_t peek(const Scanner *scanner, size_t ahead) {
    return (size_t)(scanner->end - scanner->at) > ahead ? scanner->at[ahead] : 0;
}

static void advance(Scanner *scanner) {
    if (*scanner->at == '\n') scanner->line += 1;
    scanner->at += 1;
}

// At a '[': skips a long bracket and returns true if there is one.
static bool skip_long_bracket(Scanner *scanner) {
    size_t level = 0;
    while (peek(scanner, 1 + level) == '=') level += 1;
    if (peek(scanner, 1 + level) != '[') return false;
    scanner->at += level + 2;
    while (scanner->at < scanner->end) {
        if (*scanner->at == ']') {
            size_t seen = 0;
            while (peek(scanner, 1 + seen) == '=') seen += 1;
            if (seen == level && peek(scanner, 1 + seen) == ']') {
                scanner->at += level + 2;
                return true;
            }
        }
        advance(scanner);
    }
    return true;
}

static void skip_comment(Scanner *scanner) {
    scanner->at += 2;
    if (peek(scanner, 0) == '[' && skip_long_bracket(scanner)) return;
    while (scanner->at < scanner->end && *scanner->at != '\n') scanner->at += 1;
}

static void skip_quoted(Scanner *scanner) {
    uint8_t quote = *scanner->at;
    scanner->at += 1;
    while (scanner->at < scanner->end && *scanner->at != quote && *scanner->at != '\n') {
        if (*scanner->at == '\\' && scanner->end - scanner->at > 1) scanner->at += 1;
        advance(scanner);
    }
    if (scanner->at < scanner->end && *scanner->at == quote) scanner->at += 1;
}

static bool is_equal(const uint8_t *word, size_t length, const char *text) {
    return length == strlen(text) && memcmp(word, text, length) == 0;
}

static bool is_branch(const uint8_t *word, size_t length) {
    return is_equal(word, length, "and") || is_equal(word, length, "or")
        || is_equal(word, length, "elseif");
}

const char *box_scan(const uint8_t *text, size_t count, int *line) {
    Scanner scanner = {text, text + count, 1};
    int chains[NESTING_MAX + 1] = {0}; // suffixes so far, by nesting
    int depth = 0;
    bool afterDot = false;
    int branches = 0, attribute = 0; // how far `_ENV <const` has been seen
    while (scanner.at < scanner.end) {
        uint8_t c = *scanner.at;
        *line = scanner.line;
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f') {
            advance(&scanner);
            continue;
        }
        if (c == '-' && peek(&scanner, 1) == '-') {
            skip_comment(&scanner);
            continue;
        }
        bool isSuffix = false;
        if (is_word(c)) {
            const uint8_t *word = scanner.at;
            while (scanner.at < scanner.end && is_word(*scanner.at)) scanner.at += 1;
            size_t length = (size_t)(scanner.at - word);
            if (is_branch(word, length) && ++branches > BRANCHES_MAX)
                return "more than 8000 of `and`, `or` and `elseif`";
            if (attribute == 2 && is_equal(word, length, "const"))
                return "_ENV cannot be <const>";
            attribute = is_equal(word, length, "_ENV") ? 1 : 0;
            if (!afterDot) chains[depth] = 0;
            afterDot = false;
            continue;
        }
        attribute = attribute == 1 && c == '<' ? 2 : 0;
        uint8_t next = peek(&scanner, 1);
        if (c == '"' || c == '\'' || (c == '[' && (next == '[' || next == '='))) {
            Scanner before = scanner;
            if (c != '[') skip_quoted(&scanner);
            else if (!skip_long_bracket(&scanner)) scanner = before;
            if (scanner.at != before.at) {
                // A call such as f"text" is a suffix too.
                if (++chains[depth] > CHAIN_MAX) return "a chain of more than 200 suffixes";
                afterDot = false;
                continue;
            }
        }
        scanner.at += 1;
        if (c == '(' || c == '[' || c == '{') {
            if (++depth > NESTING_MAX) return "more than 200 nested brackets";
            chains[depth] = 0;
        } else if (c == ')' || c == ']' || c == '}') {
            if (depth > 0) depth -= 1;
            isSuffix = true;
        } else if ((c == '.' || c == ':') && peek(&scanner, 0) != c) {
            isSuffix = true;
        } else {
            while (c == '.' && peek(&scanner, 0) == '.') scanner.at += 1;
            if (c == ':') scanner.at += 1;
            chains[depth] = 0;
        }
        afterDot = c == '.' || c == ':';
        if (isSuffix && ++chains[depth] > CHAIN_MAX) return "a chain of more than 200 suffixes";
    }
    return NULL;
}
