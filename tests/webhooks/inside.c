/* Stands before getaddrinfo(3) of a process, in place of a name server: some names below .inside.example lead to addresses
   that nobody may be sent to, and there are no others below it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (name && !strcmp(name, "ten.inside.example")) name = "10.0.0.1";
    else if (name && !strcmp(name, "metadata.inside.example")) name = "169.254.169.254";
    else if (name && !strcmp(name, "unique-local.inside.example")) name = "fd00:ec2::254";
    else if (name && !strcmp(name, "own.inside.example")) name = "127.0.0.1";
    else if (name && strstr(name, ".inside.example")) return EAI_NONAME;
    return real(name, service, hints, found);
}
