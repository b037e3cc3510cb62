using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;

namespace Orchestrator.LocalHost.Tests.Functions;

public sealed class FunctionDiscoveryTests
{
    [Fact]
    public void Assembly_with_functions_is_read_by_its_public_methods()
    {
        var catalog = FunctionCatalog.Discover(typeof(GoodFunctions), typeof(object));
        Assert.Equal(["Add", "Get", "Sum"], catalog.All.Select(function => function.Name));
        Assert.Equal(
            "Orchestrator.LocalHost.Tests.Functions.GoodFunctions.Add",
            catalog.Activities["add"].Definition.EntryPoint.Replace("FunctionDiscoveryTests+", ""));
        Assert.Equal(typeof(int), catalog.Activities["Add"].InputType);
        Assert.Equal(["GET", "POST"], Assert.Single(catalog.Http).Methods);
        Assert.Equal("things/{id:int?}", catalog.Http[0].Route.RawText);
        Assert.Equal(AuthorizationLevel.Anonymous, catalog.Http[0].Level);
    }

    [Fact]
    public void Trigger_with_a_name_of_its_own_is_known_under_that_name()
    {
        var catalog = FunctionCatalog.Discover(typeof(GoodFunctions));
        Assert.Equal("Total", catalog.Orchestrators["total"].Orchestration);
        Assert.Equal("Sum", catalog.Orchestrators["total"].Name);
    }

    [Fact]
    public void Definition_names_parameters_and_bindings()
    {
        var definition = FunctionCatalog.Discover(typeof(GoodFunctions)).Http[0].Definition;
        Assert.Equal(["request", "id", "client"], definition.Parameters.Select(parameter => parameter.Name));
        Assert.Equal("httpTrigger", definition.InputBindings["request"].Type);
        Assert.Equal("durableClient", definition.InputBindings["client"].Type);
        Assert.Equal(BindingDirection.Out, definition.OutputBindings["$return"].Direction);
        Assert.Equal(typeof(FunctionDiscoveryTests).Assembly.Location, definition.PathToAssembly);
    }

    [Fact]
    public void Function_with_a_timer_is_left_out() => Assert.Empty(FunctionCatalog.Discover(typeof(Timed)).All);

    [Theory]
    [InlineData(typeof(SameNames), "SameNames.One and ", "the function name 'Same' is used 2 times")]
    [InlineData(typeof(SameRoutes), "SameRoutes.One and ", "the route 'GET /a/{}' is used 2 times")]
    [InlineData(typeof(NoTrigger), "NoTrigger.Run: it has no trigger; mark one parameter")]
    [InlineData(typeof(TwoTriggers), "TwoTriggers.Run: it has 2 triggers ('a', 'b')")]
    [InlineData(
        typeof(WrongOrchestrationTrigger),
        "WrongOrchestrationTrigger.Run, parameter 'context': [OrchestrationTrigger] belongs to a TaskOrchestrationContext, not to String")]
    [InlineData(
        typeof(WrongHttpTrigger),
        "WrongHttpTrigger.Run, parameter 'request': [HttpTrigger] belongs to ASP.NET Core's HttpRequest, not to HttpContext")]
    [InlineData(typeof(WrongClient), "WrongClient.Run, parameter 'client': [DurableClient] belongs to a DurableTaskClient, not to String")]
    [InlineData(typeof(ClientInOrchestrator), "ClientInOrchestrator.Run, parameter 'client': an orchestrator must not use a client")]
    [InlineData(
        typeof(UnknownHttpParameter),
        "UnknownHttpParameter.Run, parameter 'when': TimeSpan? cannot be bound; beside the trigger an HTTP function takes")]
    [InlineData(typeof(UnknownActivityParameter), "UnknownActivityParameter.Run, parameter 'more': List<Int32> cannot be bound")]
    [InlineData(typeof(TwoInputs), "TwoInputs.Run, parameter 'second': only one parameter can get the orchestration's input, and 'first' has it")]
    [InlineData(typeof(ByReference), "ByReference.Run, parameter 'input': 'ref', 'in', 'out'")]
    [InlineData(typeof(NotPublic), "NotPublic.Run: a function and its class must be public")]
    [InlineData(typeof(Generic), "Generic.Run: a function and its class must not be generic")]
    [InlineData(typeof(AsyncVoid), "AsyncVoid.Run: 'async void' cannot be awaited")]
    [InlineData(typeof(AbstractClass), "AbstractClass.Run: ", "cannot be created")]
    [InlineData(typeof(BrokenRoute), "BrokenRoute.Run, parameter 'request': the route 'a/{b' is wrong: ")]
    [InlineData(
        typeof(UnknownConstraint),
        "UnknownConstraint.Run, parameter 'request': the route 'a/{b:number}' has the unknown constraint 'number'; known are ")]
    [InlineData(typeof(EmptyName), "EmptyName.Run: [Function] needs a name")]
    public void Wrong_function_is_reported_with_its_place(Type type, params string[] expected)
    {
        var problem = Assert.Throws<FunctionDiscoveryException>(() => FunctionCatalog.Discover(type));
        var mistake = Assert.Single(problem.Mistakes);
        Assert.All(expected, part => Assert.Contains(part, mistake, StringComparison.Ordinal));
        Assert.Contains(mistake, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_of_all_functions_are_reported_at_once()
    {
        var problem = Assert.Throws<FunctionDiscoveryException>(
            () => FunctionCatalog.Discover(typeof(NoTrigger), typeof(GoodFunctions), typeof(TwoTriggers)));
        Assert.Equal(2, problem.Mistakes.Count);
        Assert.StartsWith("2 mistakes in the functions:", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_services_are_reported_at_once()
    {
        var catalog = FunctionCatalog.Discover(typeof(NeedsServices));
        var problem = Assert.Throws<FunctionDiscoveryException>(() => catalog.CheckServices(new ServiceCollection().BuildServiceProvider()));
        Assert.Equal(
            [
                "FunctionDiscoveryTests.NeedsServices, constructor parameter 'version': no service of type Version is registered.",
                "Orchestrator.LocalHost.Tests.Functions.FunctionDiscoveryTests+NeedsServices.Run: it binds a [DurableClient], but no "
                    + "DurableTaskClient is registered; register the local host's client.",
            ],
            problem.Mistakes.Order(StringComparer.Ordinal));
        catalog.CheckServices(
            new ServiceCollection().AddSingleton(new Version(1, 0)).AddSingleton<DurableTaskClient>(_ => null!).BuildServiceProvider());
    }

    public sealed class GoodFunctions
    {
        [Function("Sum")]
        public static Task<int> Sum([OrchestrationTrigger(Orchestration = "Total")] TaskOrchestrationContext context, int input) =>
            Task.FromResult(input);

        [Function("Add")]
        public static int Add([ActivityTrigger] int input, string instanceId, CancellationToken cancellation) => input + instanceId.Length;

        [Function("Get")]
        public static string Get(
            [HttpTrigger("get", "POST", Route = "/things/{id:int?}")] HttpRequest request, int? id,
            [DurableClient] DurableTaskClient client) => $"{id}{client}";

        public static void NotAFunction()
        {
        }
    }

    public sealed class NeedsServices(Version version, string optional = "")
    {
        [Function("Version")]
        public string Run([ActivityTrigger] string input, [DurableClient] DurableTaskClient client) => version + input + optional + client;
    }

    public static class SameNames
    {
        [Function("Same")]
        public static void One([ActivityTrigger] string input) => _ = input;

        [Function("same")]
        public static void Two([OrchestrationTrigger] TaskOrchestrationContext context) => _ = context;
    }

    public static class SameRoutes
    {
        [Function("One")]
        public static void One([HttpTrigger("get", Route = "a/{b}")] HttpRequest request) => _ = request;

        [Function("Two")]
        public static void Two([HttpTrigger("post", "get", Route = "A/{c}")] HttpRequest request) => _ = request;

        [Function("Three")]
        public static void Three([HttpTrigger("get", Route = "a/{c:int}")] HttpRequest request) => _ = request;
    }

    public static class NoTrigger
    {
        [Function("F")]
        public static void Run(string input) => _ = input;
    }

    public static class TwoTriggers
    {
        [Function("F")]
        public static void Run([ActivityTrigger] string a, [ActivityTrigger] string b) => _ = a + b;
    }

    public static class WrongOrchestrationTrigger
    {
        [Function("F")]
        public static void Run([OrchestrationTrigger] string context) => _ = context;
    }

    public static class WrongHttpTrigger
    {
        [Function("F")]
        public static void Run([HttpTrigger] HttpContext request) => _ = request;
    }

    public static class WrongClient
    {
        [Function("F")]
        public static void Run([HttpTrigger] HttpRequest request, [DurableClient] string client) => _ = client + request;
    }

    public static class ClientInOrchestrator
    {
        [Function("F")]
        public static void Run([OrchestrationTrigger] TaskOrchestrationContext context, [DurableClient] DurableTaskClient client) =>
            _ = $"{client}{context}";
    }

    public static class UnknownHttpParameter
    {
        [Function("F")]
        public static void Run([HttpTrigger] HttpRequest request, TimeSpan? when) => _ = $"{request}{when}";
    }

    public static class UnknownActivityParameter
    {
        [Function("F")]
        public static void Run([ActivityTrigger] string input, List<int> more) => _ = $"{input}{more}";
    }

    public static class TwoInputs
    {
        [Function("F")]
        public static void Run([OrchestrationTrigger] TaskOrchestrationContext context, string first, string second) =>
            _ = $"{context}{first}{second}";
    }

    public static class ByReference
    {
        [Function("F")]
        public static void Run([ActivityTrigger] in string input) => _ = input;
    }

    public static class NotPublic
    {
        [Function("F")]
        internal static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class Generic
    {
        [Function("F")]
        public static void Run<T>([ActivityTrigger] string input) => _ = input;
    }

    public static class AsyncVoid
    {
        [Function("F")]
        public static async void Run([ActivityTrigger] Task input) => await input;
    }

    public abstract class AbstractClass
    {
        [Function("F")]
        public string Run([ActivityTrigger] string input) => input + this;
    }

    public static class BrokenRoute
    {
        [Function("F")]
        public static void Run([HttpTrigger(Route = "a/{b")] HttpRequest request) => _ = request;
    }

    public static class UnknownConstraint
    {
        [Function("F")]
        public static void Run([HttpTrigger(Route = "a/{b:number}")] HttpRequest request) => _ = request;
    }

    public static class EmptyName
    {
        [Function(" ")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public sealed class Timed
    {
        [Function("Timed")]
        public static void Run([TimerTrigger("0 0 0 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client)
        {
        }
    }
}
