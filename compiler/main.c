/* argv to a command to an exit status. All else is in cli/. */
#define _XOPEN_SOURCE 700
#include "cli/args.h"
#include "cli/io.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif

#ifdef SANITIZED                        /* a sanitizer says more than we do */
static void catch_faults(void *stack, size_t size)
{
	(void)stack;
	(void)size;
}
#else
/* A fault is ours and never the user's: it has a status of its own and says what to do. */
static void fault(int signal_number)
{
	static const char text[] = "mlopsc: a fault in mlopsc itself, not in your source\n"
		"        please report it, with the command, the source and the output of: mlopsc version\n";
	(void)signal_number;
	(void)!write(2, text, sizeof(text) - 1);
	_exit(STATUS_FAULT);
}

static void catch_faults(void *stack, size_t size)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	const stack_t own = { .ss_sp = stack, .ss_size = size };        /* a fault may be the stack's end */
	struct sigaction act;
	memset(&act, 0, sizeof(act));
	act.sa_handler = fault;
	act.sa_flags = SA_ONSTACK | (int)SA_RESETHAND;
	sigaltstack(&own, NULL);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigaction(faults[i], &act, NULL);
}
#endif

int main(int argc, char **argv)
{
	char stack[1 << 15];
	struct args args;
	int status = STATUS_USAGE;
	catch_faults(stack, sizeof(stack));
	io_prepare();
	if (args_parse(&args, argc, argv))
		status = args.command->run(&args);
	args_free(&args);
	return status;
}
