using Xunit.Sdk;
using Xunit.v3;

// Each class starts a stack; one after the other is quicker on a small machine than all at once.
[assembly: Parallelization(Mode = ParallelMode.None)]
