-- error: a yield that nobody resumes
coroutine.yield()
