using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Hosting;

public sealed class FunctionListingTests
{
    [Fact]
    public void Listing_shows_http_functions_first_with_their_addresses()
    {
        var lines = FunctionListing.Lines(FunctionCatalog.Discover(typeof(Listed)), new Uri("http://localhost:7071/"), "api");
        Assert.Equal(
            [
                "", "Functions:", "", "\tAny: http://localhost:7071/api/Any", "", "\tStart: [GET,POST] http://localhost:7071/api/runs/{id:int?}", "",
                "\tAct: activityTrigger", "", "\tRun: orchestrationTrigger", "",
            ],
            lines);
    }

    [Fact]
    public void Listing_without_a_route_prefix_shows_bare_routes() => Assert.Contains(
        "\tAny: http://h/Any", FunctionListing.Lines(FunctionCatalog.Discover(typeof(Listed)), new Uri("http://h"), string.Empty));

    public static class Listed
    {
        [Function("Start")]
        public static string Start([HttpTrigger("get", "post", Route = "runs/{id:int?}")] HttpRequest request) => request.Method;

        [Function("Any")]
        public static string Any([HttpTrigger] HttpRequest request) => request.Method;

        [Function("Run")]
        public static string Run([OrchestrationTrigger] TaskOrchestrationContext context) => context.InstanceId;

        [Function("Act")]
        public static string Act([ActivityTrigger] string input) => input;
    }
}
