using Orchestrator.Activities.Tools.Http;

namespace Orchestrator.Activities.Tests.Tools.Http;

public sealed class HostAllowListTests
{
    private static readonly HostAllowList Hosts = new(["api.example.com", "*.Example.org", "10.0.0.1", "::1", "münchen.example"]);

    [Theory]
    [InlineData("https://api.example.com/x")]
    [InlineData("http://API.example.com.:8080/")]
    [InlineData("https://a.example.org/")]
    [InlineData("https://a.b.EXAMPLE.org/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://167772161/")]
    [InlineData("http://[::1]/")]
    public void Host_on_the_list_is_allowed(string url) => Assert.True(Hosts.Allows(new Uri(url)));

    [Theory]
    [InlineData("https://example.com/")]
    [InlineData("https://evil-api.example.com/")]
    [InlineData("https://api.example.com.evil.net/")]
    [InlineData("https://example.org/")]
    [InlineData("https://evilexample.org/")]
    [InlineData("http://.example.org@evil.net/")]
    [InlineData("http://10.0.0.10/")]
    public void Any_other_host_is_not(string url) => Assert.False(Hosts.Allows(new Uri(url)));

    [Fact]
    public void Empty_list_allows_every_host() => Assert.True(new HostAllowList([]).Allows(new Uri("https://example.net/")));

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("example.com/path")]
    [InlineData("example.com:443")]
    [InlineData("*")]
    [InlineData("a.*.com")]
    [InlineData("")]
    public void Pattern_that_is_no_host_is_refused(string pattern) =>
        Assert.Contains(
            "Write names such as", Assert.Throws<ArgumentException>(() => new HostAllowList([pattern])).Message, StringComparison.Ordinal);
}
