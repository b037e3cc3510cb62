using Microsoft.DurableTask;
using Sdk.Contracts.Tests.Fakes;

namespace Sdk.Contracts.Tests;

public sealed class TaskInputTests
{
    private readonly ITaskOrchestrator _length = new Length();
    private readonly ManualOrchestrationContext _context = new();

    [Fact]
    public async Task Task_with_an_input_of_its_type_gets_it()
    {
        Assert.Equal((typeof(string), typeof(int)), (_length.InputType, _length.OutputType));
        Assert.Equal(3, await _length.RunAsync(_context, "abc"));
    }

    [Fact]
    public async Task Task_without_an_input_gets_the_default_value()
    {
        Assert.Equal(-1, await _length.RunAsync(_context, null));
    }

    [Fact]
    public async Task Task_with_an_input_of_another_type_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _length.RunAsync(_context, 5));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _length.RunAsync(null!, "abc"));
    }

    private sealed class Length : TaskOrchestrator<string?, int>
    {
        public override Task<int> RunAsync(TaskOrchestrationContext context, string? input) => Task.FromResult(input?.Length ?? -1);
    }
}
