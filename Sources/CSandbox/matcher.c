// The pattern language of Lua 5.4 (manual 6.4.1), with every step paid for.
//
// The algorithm is that of the reference implementation, backtracking included, because the result
// for every pattern and text must be the same. What it lacks is a bound: a pattern of a few bytes
// can take years inside one C call, where no hook runs.
#include "matcher.h"

void matcher_prepare(
    Matcher *m, lua_State *L, const char *text, size_t length, const char *p, size_t count) {
    m->L = L;
    m->text = text;
    m->textEnd = text + length;
    m->patternEnd = p + count;
    m->steps = STEPS_PER_CHARGE;
}

void matcher_rewind(Matcher *m) {
    m->nested = NESTED_MAX;
    m->captureCount = 0;
}

// MARK: Single characters

static const char *class_end(Matcher *m, const char *p) {
    if (*p++ == '%') {
        if (p == m->patternEnd) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return p + 1;
    }
    if (p[-1] != '[') return p;
    if (*p == '^') p += 1;
    do {
        if (p == m->patternEnd) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*p++ == '%' && p < m->patternEnd) p += 1;
    } while (*p != ']'); // at the end of the pattern stands a zero
    return p + 1;
}

// The classes of the first 128 characters, those of the C locale; the rest have none.
enum { ALPHA = 1, CONTROL = 2, DIGIT = 4, GRAPH = 8, LOWER = 16, PUNCTUATION = 32, SPACE = 64,
       UPPER = 128, WORD = 256, HEXADECIMAL = 512, ZERO = 1024 };
static const uint16_t classes[256] = {
    1026, 2, 2, 2, 2, 2, 2, 2, 2, 66, 66, 66, 66, 66, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    64, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40,
    780, 780, 780, 780, 780, 780, 780, 780, 780, 780, 40, 40, 40, 40, 40, 40,
    40, 905, 905, 905, 905, 905, 905, 393, 393, 393, 393, 393, 393, 393, 393, 393,
    393, 393, 393, 393, 393, 393, 393, 393, 393, 393, 393, 40, 40, 40, 40, 40,
    40, 793, 793, 793, 793, 793, 793, 281, 281, 281, 281, 281, 281, 281, 281, 281,
    281, 281, 281, 281, 281, 281, 281, 281, 281, 281, 281, 40, 40, 40, 40, 2,
};

// The bit of a class letter in either case; 0 for another character, which stands for itself.
static int class_bit(int class) {
    switch (class | 0x20) {
    case 'a': return ALPHA;
    case 'c': return CONTROL;
    case 'd': return DIGIT;
    case 'g': return GRAPH;
    case 'l': return LOWER;
    case 'p': return PUNCTUATION;
    case 's': return SPACE;
    case 'u': return UPPER;
    case 'w': return WORD;
    case 'x': return HEXADECIMAL;
    case 'z': return ZERO; // deprecated, but there
    default: return 0;
    }
}

static inline bool is_in_class(int c, int class) {
    int bit = (classes[class] & ALPHA) ? class_bit(class) : 0;
    if (!bit) return class == c;
    return ((classes[c] & bit) != 0) != ((class & 0x20) == 0);
}

// `p` is at '[', `end` at the closing ']'.
static bool is_in_set(Matcher *m, int c, const char *p, const char *end) {
    bool whenFound = true;
    if (p[1] == '^') {
        whenFound = false;
        p += 1;
    }
    while (++p < end) {
        step(m);
        if (*p == '%') {
            p += 1;
            if (is_in_class(c, (unsigned char)*p)) return whenFound;
        } else if (p[1] == '-' && p + 2 < end) {
            p += 2;
            if ((unsigned char)p[-2] <= c && c <= (unsigned char)*p) return whenFound;
        } else if ((unsigned char)*p == c) {
            return whenFound;
        }
    }
    return !whenFound;
}

static inline bool matches_one(Matcher *m, const char *s, const char *p, const char *end) {
    step(m);
    if (s >= m->textEnd) return false;
    int c = (unsigned char)*s;
    switch (*p) {
    case '.': return true;
    case '%': return is_in_class(c, (unsigned char)p[1]);
    case '[': return is_in_set(m, c, p, end - 1);
    default: return (unsigned char)*p == c;
    }
}

static void spend(Matcher *m, ptrdiff_t steps) {
    if (steps < m->steps) {
        m->steps -= (int)steps;
        return;
    }
    box_charge(m->L, steps + STEPS_PER_CHARGE - m->steps);
    m->steps = STEPS_PER_CHARGE;
}

// How many characters from `s` on match the item at `p`, if `matches`; else how many do not.
static ptrdiff_t run_length(
    Matcher *m, const char *s, const char *p, const char *end, bool matches) {
    const char *at = s, *textEnd = m->textEnd;
    int class = (unsigned char)p[1];
    int bit = *p == '%' && (classes[class] & ALPHA) ? class_bit(class) : 0;
    if (*p == '.') {
        if (matches) at = textEnd;
    } else if (*p == '[') {
        while (at < textEnd && is_in_set(m, (unsigned char)*at, p, end - 1) == matches) at += 1;
    } else if (bit) {
        bool wants = ((class & 0x20) != 0) == matches;
        while (at < textEnd && ((classes[(unsigned char)*at] & bit) != 0) == wants) at += 1;
    } else {
        int c = *p == '%' ? class : (unsigned char)*p;
        if (matches) {
            while (at < textEnd && (unsigned char)*at == c) at += 1;
        } else if (at < textEnd) {
            const char *found = memchr(at, c, (size_t)(textEnd - at));
            at = found ? found : textEnd;
        }
    }
    spend(m, matches ? at - s : (at - s) >> 2);
    return at - s;
}

const char *matcher_skip(Matcher *m, const char *s, const char *p) {
    enum { OPENINGS_MAX = 8 };
    for (int count = 0; count < OPENINGS_MAX && *p == '(' && p < m->patternEnd; count += 1)
        p += p[1] == ')' ? 2 : 1;
    if (p >= m->patternEnd || *p == '(' || *p == ')') return s;
    if (*p == '$' && p + 1 == m->patternEnd) return s;
    if (*p == '%' && (p[1] == 'b' || p[1] == 'f' || (classes[(unsigned char)p[1]] & DIGIT)))
        return s;
    const char *end = class_end(m, p);
    if (end < m->patternEnd && (*end == '*' || *end == '?' || *end == '-')) return s;
    return s + run_length(m, s, p, end, false);
}

// MARK: Repetition, balance, captures

static const char *match_balance(Matcher *m, const char *s, const char *p) {
    if (p >= m->patternEnd - 1)
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    if (s >= m->textEnd || *s != *p) return NULL;
    char open = p[0], close = p[1];
    for (int depth = 1; ++s < m->textEnd;) {
        step(m);
        if (*s == close) {
            if (--depth == 0) return s + 1;
        } else if (*s == open) {
            depth += 1;
        }
    }
    return NULL;
}

static const char *expand_most(Matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = run_length(m, s, p, end, true);
    // Nothing comes after it: the longest is the match.
    if (end + 1 == m->patternEnd && m->nested > 0) return s + count;
    for (; count >= 0; count -= 1) {
        const char *result = matcher_match(m, s + count, end + 1);
        if (result) return result;
    }
    return NULL;
}

static const char *expand_least(Matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = matcher_match(m, s, end + 1);
        if (result) return result;
        if (!matches_one(m, s, p, end)) return NULL;
        s += 1;
    }
}

static const char *open_capture(Matcher *m, const char *s, const char *p, ptrdiff_t kind) {
    int index = m->captureCount;
    if (index >= CAPTURES_MAX) luaL_error(m->L, "too many captures");
    m->captures[index].start = s;
    m->captures[index].length = kind;
    m->captureCount = index + 1;
    const char *result = matcher_match(m, s, p);
    if (!result) m->captureCount -= 1;
    return result;
}

static const char *close_capture(Matcher *m, const char *s, const char *p) {
    int index = m->captureCount - 1;
    while (index >= 0 && m->captures[index].length != CAPTURE_UNFINISHED) index -= 1;
    if (index < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[index].length = s - m->captures[index].start;
    const char *result = matcher_match(m, s, p);
    if (!result) m->captures[index].length = CAPTURE_UNFINISHED;
    return result;
}

static const char *match_capture(Matcher *m, const char *s, int digit) {
    int index = digit - '1';
    if (index < 0 || index >= m->captureCount || m->captures[index].length == CAPTURE_UNFINISHED)
        luaL_error(m->L, "invalid capture index %%%d", index + 1);
    size_t length = (size_t)m->captures[index].length;
    if ((size_t)(m->textEnd - s) < length) return NULL;
    box_charge(m->L, (int64_t)(length >> 4));
    return memcmp(m->captures[index].start, s, length) == 0 ? s + length : NULL;
}

// %f[set]: between a character outside the set and one inside.
static bool is_frontier(Matcher *m, const char *s, const char *p, const char *end) {
    int before = s == m->text ? 0 : (unsigned char)s[-1];
    int after = s == m->textEnd ? 0 : (unsigned char)*s;
    return !is_in_set(m, before, p, end - 1) && is_in_set(m, after, p, end - 1);
}

// MARK: The matcher

static const char *match_default(Matcher *m, const char **s, const char **p, bool *goesOn) {
    const char *end = class_end(m, *p);
    char suffix = end < m->patternEnd ? *end : 0;
    *goesOn = false;
    if (!matches_one(m, *s, *p, end)) {
        // An empty repetition will do; without recursion, as the nesting counts.
        *goesOn = suffix == '*' || suffix == '?' || suffix == '-';
        *p = end + 1;
        return NULL;
    }
    switch (suffix) {
    case '*': return expand_most(m, *s, *p, end);
    case '+': return expand_most(m, *s + 1, *p, end);
    case '-': return expand_least(m, *s, *p, end);
    case '?': {
        const char *result = matcher_match(m, *s + 1, end + 1);
        if (result) return result;
        *p = end + 1;
        break;
    }
    default:
        *s += 1;
        *p = end;
    }
    *goesOn = true;
    return NULL;
}

static const char *match_here(Matcher *m, const char *s, const char *p) {
    while (p != m->patternEnd) {
        step(m);
        if (*p == '(') {
            if (p[1] == ')') return open_capture(m, s, p + 2, CAPTURE_POSITION);
            return open_capture(m, s, p + 1, CAPTURE_UNFINISHED);
        }
        if (*p == ')') return close_capture(m, s, p + 1);
        if (*p == '$' && p + 1 == m->patternEnd) return s == m->textEnd ? s : NULL;
        if (*p == '%' && p[1] == 'b') {
            s = match_balance(m, s, p + 2);
            if (!s) return NULL;
            p += 4;
            continue;
        }
        if (*p == '%' && p[1] == 'f') {
            p += 2;
            if (p >= m->patternEnd || *p != '[')
                luaL_error(m->L, "missing '[' after '%%f' in pattern");
            const char *end = class_end(m, p);
            if (!is_frontier(m, s, p, end)) return NULL;
            p = end;
            continue;
        }
        if (*p == '%' && (classes[(unsigned char)p[1]] & DIGIT)) {
            s = match_capture(m, s, (unsigned char)p[1]);
            if (!s) return NULL;
            p += 2;
            continue;
        }
        bool goesOn = false;
        const char *result = match_default(m, &s, &p, &goesOn);
        if (!goesOn) return result;
    }
    return s;
}

const char *matcher_match(Matcher *m, const char *s, const char *p) {
    if (m->nested-- == 0) luaL_error(m->L, "pattern too complex");
    const char *result = match_here(m, s, p);
    m->nested += 1;
    return result;
}
