using Orchestrator.Cli.Commands;

return await OrchestratorCommand.RunAsync(args, Console.Out, Console.Error);
