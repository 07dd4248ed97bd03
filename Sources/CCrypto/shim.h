// OpenSSL 3 libcrypto: digests, HMAC, random bytes (https://docs.openssl.org/3.0/man3/).
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
