// The pattern matcher, shared by matcher.c and patterns.c.
#pragma once
#include "inside.h"

enum {
    CAPTURES_MAX = 32,
    NESTED_MAX = 200,
    CAPTURE_UNFINISHED = -1,
    CAPTURE_POSITION = -2,
    STEPS_PER_CHARGE = 512,
};

typedef struct Matcher {
    lua_State *L;
    const char *text, *textEnd, *patternEnd;
    int nested, steps, captureCount;
    struct { const char *start; ptrdiff_t length; } captures[CAPTURES_MAX];
} Matcher;

static inline void step(Matcher *m) {
    if (--m->steps > 0) return;
    m->steps = STEPS_PER_CHARGE;
    box_charge(m->L, STEPS_PER_CHARGE);
}

void matcher_prepare(
    Matcher *m, lua_State *L, const char *text, size_t length, const char *p, size_t count);
// To be called before each match: also after one that ended in an error half-way.
void matcher_rewind(Matcher *m);
// The first place from `s` on where a match of `p` may begin; the end of the text if there is none.
const char *matcher_skip(Matcher *m, const char *s, const char *p);
// Returns the end of the match of `p` at `s`, or NULL.
const char *matcher_match(Matcher *m, const char *s, const char *p);
