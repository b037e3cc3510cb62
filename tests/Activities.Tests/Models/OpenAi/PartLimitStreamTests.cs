using Orchestrator.Activities.Models.OpenAi;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

public sealed class PartLimitStreamTests
{
    [Fact]
    public async Task Length_is_counted_for_each_line()
    {
        var line = new byte[PartLimitStream.MaxPartBytes / 2];
        line[^1] = (byte)'\n';
        await using var stream = new PartLimitStream(new MemoryStream([.. line, .. line, .. line]), isOnePart: false);

        await stream.CopyToAsync(Stream.Null);
    }
}
